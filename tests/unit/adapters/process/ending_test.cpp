// Whatever a program does, its run ends on time and nothing of it is left.

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <limits>
#include <thread>

#include "process_fixture.hpp"

namespace pscheduler::test {
namespace {

namespace asio = boost::asio;
using ports::ProcessEnd;
using ::testing::IsEmpty;

struct Case {
  std::string_view name;
  std::string_view mode;
  std::string_view output;  // what it prints before the deadline
};

class ProcessDeadline : public ProcessTest, public ::testing::WithParamInterface<Case> {};

TEST_P(ProcessDeadline, IsKeptAndNothingIsLeft) {
  auto spec = misbehave({std::string(GetParam().mode)});
  spec.time_limit = std::chrono::milliseconds(200);
  spec.grace = std::chrono::milliseconds(50);
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.end, ProcessEnd::timed_out);
  EXPECT_EQ(outcome.output, GetParam().output);
  EXPECT_GE(outcome.elapsed, std::chrono::milliseconds(200));
  EXPECT_THAT(left_behind(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Programs, ProcessDeadline,
                         ::testing::Values(Case{"HangsSilently", "hang", ""},
                                           Case{"HangsAfterAPartialLine", "partial", "{\"half\":"},
                                           Case{"IgnoresSigterm", "ignore-term", "deaf"},
                                           Case{"ClosesStdoutAndGoesOn", "close-output", "before"},
                                           Case{"ForksWithoutEnd", "fork-tree", "tree"}),
                         [](const auto& test) { return std::string(test.param.name); });

class ProcessEnding : public ProcessTest {
 protected:
  // Cancels a run as soon as it has printed something; true when it ended by that.
  bool cancelled_at_first_output(ports::ProcessSpec spec) {
    asio::cancellation_signal signal;
    bool aborted = false;
    spec.on_output = [&signal](std::string_view) { signal.emit(asio::cancellation_type::terminal); };
    asio::co_spawn(loop_, processes_.run(std::move(spec)),
                   asio::bind_cancellation_slot(
                       signal.slot(), [&aborted](std::exception_ptr error, Result<ports::ProcessOutcome>) {
                         try {
                           if (error) std::rethrow_exception(error);
                         } catch (const boost::system::system_error& failure) {
                           aborted = failure.code() == asio::error::operation_aborted;
                         }
                       }));
    loop_.restart();
    loop_.run_for(kLoopLimit);
    return aborted;
  }
};

TEST_F(ProcessEnding, DeadlineHoldsAgainstEndlessOutput) {
  auto spec = misbehave({"flood"});
  spec.time_limit = std::chrono::milliseconds(200);
  std::size_t seen = 0;
  spec.output_bytes_max = std::numeric_limits<std::size_t>::max();
  spec.on_output = [&seen](std::string_view piece) { seen += piece.size(); };
  EXPECT_EQ(outcome_of(std::move(spec)).end, ProcessEnd::timed_out);
  EXPECT_GT(seen, 0u);
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessEnding, APassedTimeLimitIsADeadlineToo) {
  auto spec = misbehave({"hang"});
  spec.time_limit = Duration(-1);
  EXPECT_EQ(outcome_of(std::move(spec)).end, ProcessEnd::timed_out);
}

TEST_F(ProcessEnding, ChildrenThatKeepStdoutDoNotDelayTheEnd) {
  for (const char* mode : {"leave-session", "leave-daemon"}) {
    const auto outcome = outcome_of(misbehave({mode}));
    EXPECT_EQ(outcome.end, ProcessEnd::exited) << mode;
    EXPECT_EQ(outcome.output, "left") << mode;
    EXPECT_EQ(outcome.descendants_ended, 1) << mode;
    EXPECT_THAT(left_behind(), IsEmpty()) << mode;
  }
}

TEST_F(ProcessEnding, AForkLoopInEverNewSessionsIsEnded) {
  auto spec = misbehave({"fork-chain"});
  spec.time_limit = std::chrono::milliseconds(200);
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.output, "chain");
  EXPECT_GE(outcome.descendants_ended, 1);
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessEnding, AProgramThatKillsItsShepherdLeavesNothing) {
  const auto outcome = outcome_of(misbehave({"kill-parent"}));
  EXPECT_EQ(outcome.end, ProcessEnd::signalled);
  EXPECT_EQ(outcome.status, SIGKILL);
  EXPECT_EQ(outcome.output, "left");
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessEnding, AProgramThatStopsItsShepherdIsEndedAtTheDeadline) {
  auto spec = misbehave({"stop-parent"});
  spec.time_limit = std::chrono::milliseconds(50);
  EXPECT_EQ(outcome_of(std::move(spec)).end, ProcessEnd::timed_out);
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessEnding, CancellationEndsEverythingBeforeItReturns) {
  for (const char* mode : {"partial", "ignore-term", "flood", "close-output", "fork-tree"}) {
    auto spec = misbehave({mode});
    spec.grace = std::chrono::milliseconds(20);
    EXPECT_TRUE(cancelled_at_first_output(std::move(spec))) << mode;
    EXPECT_THAT(left_behind(), IsEmpty()) << mode;
  }
}

TEST_F(ProcessEnding, DestroyingTheLoopEndsAndForgetsTheProgram) {
  {
    asio::io_context loop(1);
    auto spec = misbehave({"ignore-term"});
    spec.on_output = [&loop](std::string_view) { loop.stop(); };
    asio::co_spawn(loop, processes_.run(std::move(spec)),
                   [](std::exception_ptr, Result<ports::ProcessOutcome>) {});
    loop.run_for(kLoopLimit);
    EXPECT_EQ(left_behind().size(), 2u);  // the shepherd and the program
  }
  const auto give_up = std::chrono::steady_clock::now() + kLoopLimit;
  while (!left_behind().empty() && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_THAT(left_behind(), IsEmpty());
}

}  // namespace
}  // namespace pscheduler::test
