// The line on the terminal that tells what is being waited for.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/task_waits.hpp"
#include "cli/waiting.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kTask = "https://a.example.org/pscheduler/tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";

Json wait(const std::string& host, const std::string& step) {
  return {{"host", host}, {"step", step}, {"since", "2030-05-01T12:00:00.000000+00:00"}};
}

Json task(const std::vector<Json>& waits = {}) {
  return {{"detail", {{"participants", {"a.example.org", "b.example.org"}}, {"waiting-for", waits}}}};
}

class Progress : public ::testing::Test {
 protected:
  Progress() { bench_.environment.on_terminal = true; }

  const std::vector<std::string>& lines_of_a_call(Duration takes) {
    bench_.server.on("GET https://a/", Reply{200, "", true}, takes);
    get_patiently(bench_.context, "https://a/", {}, {}, "Waiting for a");
    return bench_.environment.progress;
  }

  testing::Bench bench_;
};

TEST_F(Progress, ALineAppearsOnceTheWaitIsNoticedAndIsErased) {
  EXPECT_THAT(lines_of_a_call(2500ms),
              ElementsAre("Waiting for a (0 s)", "Waiting for a (1 s)", "Waiting for a (2 s)", ""));
}

TEST_F(Progress, WhatIsQuickShowsNothing) {
  EXPECT_THAT(lines_of_a_call(400ms), IsEmpty());
}

TEST_F(Progress, NothingIsShownWithoutATerminalOrToWhoAskedForResultsAlone) {
  bench_.context.tells_progress = false;
  EXPECT_THAT(lines_of_a_call(5s), IsEmpty());
  bench_.context.tells_progress = true;
  bench_.environment.on_terminal = false;
  EXPECT_THAT(lines_of_a_call(5s), IsEmpty());
}

TEST(WaitInWords, NamesTheHostsAndWhatTheyAreAskedFor) {
  EXPECT_EQ(
      wait_in_words(task({wait("b", "hold"), wait("c", "hold"), wait("d", "announce"), wait("b", "hold")})),
      "Waiting for b and c to agree to the run");
  EXPECT_EQ(wait_in_words(task({wait("b", "result")})), "Waiting for b to hand over its result");
  EXPECT_EQ(wait_in_words(task({wait("b", "of the future")})), "Waiting for b");
  EXPECT_EQ(wait_in_words(task()), "");
  EXPECT_EQ(wait_in_words({{"detail", Json::object()}}), "") << "servers of 5.2 do not tell";
}

class TaskWaitsTest : public Progress {
 protected:
  void answer(const Json& task) {
    bench_.server.answer_instead("GET " + kTask + "?detail=1", Reply{200, task.dump(), true});
  }
  TaskWaits waits() { return {bench_.context, kTask, {}, task()}; }

  // A slot of ten seconds that begins so long from now.
  [[nodiscard]] TimeRange slot(Duration from_now) const {
    return {bench_.environment.time + from_now, bench_.environment.time + from_now + 10s};
  }
};

TEST_F(TaskWaitsTest, BeforeTheFirstRunTheLeadTellsWhoIsAsked) {
  answer(task({wait("b.example.org", "free-times")}));
  EXPECT_EQ(waits().until_planned(), "Waiting for b.example.org to tell the times it has free");
  answer({{"detail", Json::object()}});
  EXPECT_EQ(waits().until_planned(),
            "Waiting for a.example.org to find a time for the run with b.example.org");
  EXPECT_LE(bench_.server.options_seen.back().time_limit, 1s) << "something else is waited for";
}

TEST_F(TaskWaitsTest, ARunIsToldByItsSlotAndTheLeadSeldomAskedMeanwhile) {
  answer(task());
  auto tested = waits();
  EXPECT_EQ(tested.until_over(slot(2s), 0s), "The run starts in 2 seconds");
  EXPECT_EQ(tested.until_over(slot(-9s), 0s), "Measuring, at most 1 second left");
  EXPECT_THAT(bench_.server.log, IsEmpty());
  bench_.environment.time += 5s;
  answer(task({wait("b.example.org", "result")}));
  EXPECT_EQ(tested.until_over(slot(-5s), 7s), "Waiting for b.example.org to hand over its result (7 s)");
  answer(task());
  EXPECT_EQ(tested.until_over(slot(-11s), 12s), "Waiting for a.example.org to finish the run (12 s)");
}

}  // namespace
}  // namespace pscheduler::cli
