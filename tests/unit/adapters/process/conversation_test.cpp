// A process that stays: what it is told, what it answers, and how it is ended.

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <thread>

#include "process_fixture.hpp"

namespace pscheduler::test {
namespace {

namespace asio = boost::asio;
using ports::Conversation;
using ports::ProcessEnd;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Duration kAnswerLimit = std::chrono::seconds(30);
constexpr Duration kShort = std::chrono::milliseconds(50);

class ProcessConversation : public ProcessTest {
 protected:
  using Body = std::function<ports::Async<void>(Conversation&)>;

  // Talks to `misbehave converse`, then stops it.
  ports::ProcessOutcome talk(Body body) {
    ports::ProcessOutcome outcome;
    on_loop([&]() -> ports::Async<void> {
      auto spec = misbehave({"converse"});
      auto started = co_await processes_.start(std::move(spec));
      EXPECT_TRUE(started);
      co_await body(**started);
      outcome = co_await (*started)->stop(kAnswerLimit);
    });
    EXPECT_THAT(left_behind(), IsEmpty());
    return outcome;
  }
};

ports::Async<void> tell(Conversation& conversation, std::string text) {
  const auto written = co_await conversation.write(std::move(text), kAnswerLimit);
  EXPECT_TRUE(written) << written.error().message;
}

ports::Async<void> expect_line(Conversation& conversation, std::string expected) {
  const auto line = co_await conversation.read_until('\n', 1'000'000, kAnswerLimit);
  EXPECT_TRUE(line) << line.error().message;
  EXPECT_EQ(line.value_or(""), expected);
}

TEST_F(ProcessConversation, AnswersOneByOneAndEndsAtTheEndOfItsInput) {
  const auto outcome = talk([](Conversation& conversation) -> ports::Async<void> {
    for (int i = 0; i < 100; ++i) {
      co_await tell(conversation, std::to_string(i) + "\n");
      co_await expect_line(conversation, std::to_string(i));
    }
    EXPECT_EQ(conversation.errors(), "ready on stderr");
  });
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "bye\n");
  EXPECT_EQ(outcome.errors, "ready on stderr");
}

TEST_F(ProcessConversation, KeepsWhatArrivedEarlyForTheNextRead) {
  talk([](Conversation& conversation) -> ports::Async<void> {
    co_await tell(conversation, "one\ntwo\nthree\n");
    co_await expect_line(conversation, "one");
    co_await expect_line(conversation, "two");
    co_await expect_line(conversation, "three");
  });
}

TEST_F(ProcessConversation, TimesOutAndStaysUsable) {
  talk([](Conversation& conversation) -> ports::Async<void> {
    co_await tell(conversation, "silence\n");
    const auto nothing = co_await conversation.read_until('\n', 100, kShort);
    EXPECT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, Errc::timed_out);
    co_await tell(conversation, "again\n");
    co_await expect_line(conversation, "again");
  });
}

TEST_F(ProcessConversation, BoundsAnAnswer) {
  talk([](Conversation& conversation) -> ports::Async<void> {
    co_await tell(conversation, std::string(2'000, 'x') + "\n");
    const auto line = co_await conversation.read_until('\n', 1'000, kAnswerLimit);
    EXPECT_FALSE(line);
    EXPECT_EQ(line.error().code, Errc::too_large);
  });
}

TEST_F(ProcessConversation, SaysThatTheProcessHasEnded) {
  const auto outcome = talk([](Conversation& conversation) -> ports::Async<void> {
    co_await tell(conversation, "exit\n");
    const auto line = co_await conversation.read_until('\n', 100, kAnswerLimit);
    EXPECT_FALSE(line);
    EXPECT_EQ(line.error().code, Errc::plugin_failed);
    EXPECT_THAT(line.error().message, HasSubstr("has ended its output"));
    EXPECT_EQ(line.error().detail, "ready on stderr");
    // More than a pipe holds: its output may be gone a moment before its input is.
    const auto written = co_await conversation.write(std::string(1'000'000, 'w'), kAnswerLimit);
    if (written) {
      ADD_FAILURE() << "written to a process that has ended";
      co_return;
    }
    EXPECT_THAT(written.error().message, HasSubstr("has closed its input"));
  });
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.status, 3);
}

TEST_F(ProcessConversation, WritingToOneThatDoesNotReadTimesOutAndItIsEndedByForce) {
  on_loop([this]() -> ports::Async<void> {
    auto spec = misbehave({"ignore-term"});
    spec.grace = kShort;
    auto started = co_await processes_.start(std::move(spec));
    EXPECT_TRUE(started);
    const auto written = co_await (*started)->write(std::string(1'000'000, 'w'), kShort);
    EXPECT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::timed_out);
    const auto outcome = co_await (*started)->stop(kShort);
    EXPECT_EQ(outcome.end, ProcessEnd::signalled);
    EXPECT_EQ(outcome.status, SIGKILL);
    EXPECT_EQ(outcome.output, "deaf");
  });
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessConversation, SaysWhichProgramIsMissing) {
  on_loop([this]() -> ports::Async<void> {
    ports::ProcessSpec spec;
    spec.program = "/nonexistent/archiver";
    const auto started = co_await processes_.start(std::move(spec));
    EXPECT_FALSE(started);
    EXPECT_EQ(started.error().code, Errc::plugin_failed);
    EXPECT_THAT(started.error().message, HasSubstr("/nonexistent/archiver: No such file"));
  });
}

TEST_F(ProcessConversation, DestroyingItEndsTheProcessWithoutWaiting) {
  on_loop([this]() -> ports::Async<void> {
    auto spec = misbehave({"leave-daemon"});
    auto started = co_await processes_.start(std::move(spec));
    EXPECT_TRUE(started);
  });
  // The loop ran until the shepherd was reaped.
  EXPECT_THAT(left_behind(), IsEmpty());
}

struct CancelCase {
  std::string_view name;
  std::function<ports::Async<void>(Conversation&)> wait;
};

class ProcessConversationCancel : public ProcessConversation,
                                  public ::testing::WithParamInterface<CancelCase> {};

// The conversation of a cancelled owner: it ends the wait, then goes with the owner's frame.
ports::Async<void> wait_in_conversation(ports::Processes& processes, ports::ProcessSpec spec,
                                        asio::cancellation_signal& signal, const CancelCase& test) {
  auto started = co_await processes.start(std::move(spec));
  EXPECT_TRUE(started);
  const auto executor = co_await asio::this_coro::executor;
  asio::post(executor, [&signal] { signal.emit(asio::cancellation_type::terminal); });
  co_await test.wait(**started);
}

TEST_P(ProcessConversationCancel, EndsTheWaitAndLeavesNothing) {
  asio::cancellation_signal signal;
  bool aborted = false;
  auto spec = misbehave({"ignore-term"});
  spec.grace = kShort;
  asio::co_spawn(loop_, wait_in_conversation(processes_, std::move(spec), signal, GetParam()),
                 asio::bind_cancellation_slot(signal.slot(), [&aborted](std::exception_ptr error) {
                   try {
                     if (error) std::rethrow_exception(error);
                   } catch (const boost::system::system_error& failure) {
                     aborted = failure.code() == asio::error::operation_aborted;
                   }
                 }));
  loop_.run_for(kLoopLimit);
  EXPECT_TRUE(aborted);
  EXPECT_THAT(left_behind(), IsEmpty());
}

ports::Async<void> wait_for_answer(Conversation& conversation) {
  co_await conversation.read_until('\n', 1'000, std::chrono::hours(1));
}
ports::Async<void> wait_for_room(Conversation& conversation) {
  co_await conversation.write(std::string(1'000'000, 'w'), std::chrono::hours(1));
}
ports::Async<void> wait_for_end(Conversation& conversation) {
  co_await conversation.stop(std::chrono::hours(1));
}

INSTANTIATE_TEST_SUITE_P(Waits, ProcessConversationCancel,
                         ::testing::Values(CancelCase{"Reading", wait_for_answer},
                                           CancelCase{"Writing", wait_for_room},
                                           CancelCase{"Stopping", wait_for_end}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace pscheduler::test
