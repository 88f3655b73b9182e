// `pscheduler watch`: which runs it follows, how it waits, and what it shows.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kTask = "https://h.example.org/pscheduler/tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";
const std::string kNext = "GET " + kTask + "/runs/next?wait=0";
const std::string kFirst = "GET " + kTask + "/runs/first?wait=0";
const std::string kClosing = "\nNothing more is scheduled.\n";

std::string run_url(int number) {
  return kTask + "/runs/91b71a52-6a0e-4c0b-9b0c-00000000000" + std::to_string(number);
}
std::string poll(int number) {
  return "GET " + run_url(number) + "?wait-merged=True&wait=30";
}

Json run(int number, const std::string& state) {
  Json document = {{"href", run_url(number)},
                   {"task-href", kTask},
                   {"result-href", run_url(number) + "/result"},
                   {"state", state},
                   {"state-display", state},
                   {"participant", 0},
                   {"participants", {"h.example.org"}},
                   {"start-time", "2030-05-01T12:00:10Z"},
                   {"end-time", "2030-05-01T12:00:20Z"}};
  if (state == "finished") document["result-merged"] = {{"succeeded", true}};
  return document;
}

class Watching : public ::testing::Test {
 protected:
  Watching() {
    set_task(Json::object());
    for (int number = 1; number < 5; ++number) {
      bench_.server.on("GET " + run_url(number) + "/result?format=text%2Fplain",
                       "Result " + std::to_string(number));
    }
    bench_.server.on(kNext, run(1, "pending").dump());
    bench_.server.on(poll(1), run(1, "finished").dump());
  }

  void set_task(const Json& schedule, bool multi_result = false) {
    const Json task = {{"schedule", schedule},
                       {"detail",
                        {{"multi-result", multi_result},
                         {"first-run-href", kTask + "/runs/first"},
                         {"next-run-href", kTask + "/runs/next"}}}};
    bench_.server.answer_instead("GET " + kTask + "?detail=True", Reply{200, task.dump(), true});
  }

  void nothing_more() { bench_.server.on(kNext, Reply{404, "", true}); }

  int watch(Words words = {}) {
    words.push_back(kTask);
    return watch_command(bench_.context, words);
  }

  testing::Bench bench_;
};

TEST_F(Watching, FollowsTheNextRunUntilNothingIsLeft) {
  nothing_more();
  EXPECT_EQ(watch(), 0);
  EXPECT_THAT(bench_.server.log, ElementsAre("GET " + kTask + "?detail=True", kNext, poll(1),
                                             "GET " + run_url(1) + "/result?format=text%2Fplain", kNext));
  EXPECT_EQ(bench_.out.str(), "\nNext run:\n" + run_url(1) +
                                  "\nStarts 2030-05-01T12:00:10Z (~10 seconds)\n"
                                  "Ends   2030-05-01T12:00:20Z (~20 seconds)\nWaiting...\n\nResult 1\n" +
                                  kClosing);
}

TEST_F(Watching, BeginsWithTheFirstRunWhenAsked) {
  bench_.server.on(kFirst, run(2, "finished").dump());
  bench_.server.answer_instead(kNext, Reply{404, "", true});
  EXPECT_EQ(watch({"--first", "--quiet"}), 0);
  EXPECT_EQ(bench_.out.str(), "\nResult 2\n" + kClosing);
  EXPECT_THAT(bench_.server.log, Not(Contains(poll(2))));
}

TEST_F(Watching, AsksAgainAtOnceWhenAServerLetsGoBeforeTheEnd) {
  nothing_more();
  bench_.server.forget(poll(1));
  bench_.server.on(poll(1), Reply{200, run(1, "pending").dump(), true}, 30s);
  bench_.server.on(poll(1), Reply{200, run(1, "running").dump(), true}, 30s);
  bench_.server.on(poll(1), Reply{200, run(1, "cleanup").dump(), true}, 30s);
  bench_.server.on(poll(1), Reply{200, run(1, "finished").dump(), true}, 1s);
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.environment.slept, IsEmpty());
  EXPECT_THAT(bench_.out.str(), HasSubstr("Result 1"));
}

TEST_F(Watching, DoesNotHammerAServerThatDoesNotHoldRequests) {
  nothing_more();
  bench_.server.forget(poll(1));
  bench_.server.on(poll(1), Reply{200, run(1, "running").dump(), true});
  bench_.server.on(poll(1), Reply{200, run(1, "running").dump(), true});
  bench_.server.on(poll(1), Reply{200, run(1, "finished").dump(), true});
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.environment.slept, ElementsAre(1s, 1s));
}

TEST_F(Watching, GivesUpOnARunThatNeverBecomesFinal) {
  bench_.server.forget(poll(1));
  bench_.server.on(poll(1), Reply{200, run(1, "running").dump(), true}, 30s);
  EXPECT_EQ(watch({"--quiet"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("should long be over"));
}

struct FinalState {
  std::string state;
  std::string says;
};

class FinalStates : public Watching, public ::testing::WithParamInterface<FinalState> {};

TEST_P(FinalStates, EndTheWaiting) {
  nothing_more();
  bench_.server.answer_instead(poll(1), Reply{200, run(1, GetParam().state).dump(), true});
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.out.str(), HasSubstr(GetParam().says));
  EXPECT_THAT(bench_.out.str(), EndsWith(kClosing));
}

INSTANTIATE_TEST_SUITE_P(Watching, FinalStates,
                         ::testing::Values(FinalState{"finished", "Result 1"},
                                           FinalState{"failed", "Run failed"},
                                           FinalState{"overdue", "did not complete: overdue"},
                                           FinalState{"missed", "did not complete: missed"},
                                           FinalState{"preempted", "did not complete: preempted"},
                                           FinalState{"canceled", "did not complete: canceled"}),
                         [](const auto& tested) { return tested.param.state; });

TEST_F(Watching, ARepeatingTaskIsFollowedThroughAllItsRuns) {
  set_task({{"repeat", "PT1M"}});
  bench_.server.on(kNext, run(1, "finished").dump());  // still the next one within the second it started in
  bench_.server.on(kNext, run(2, "finished").dump());
  nothing_more();
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_EQ(bench_.out.str(), "\nResult 1\n\nResult 2\n" + kClosing);
  EXPECT_THAT(bench_.environment.slept, ElementsAre(1s));
}

TEST_F(Watching, AOneShotTaskEndsWithItsRunWithoutASecondLost) {
  bench_.server.on(kNext, run(1, "finished").dump());
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.environment.slept, IsEmpty());
  EXPECT_EQ(bench_.out.str(), "\nResult 1\n" + kClosing);
}

TEST_F(Watching, APreemptedRunMayBePlannedAgain) {
  bench_.server.answer_instead(poll(1), Reply{200, run(1, "preempted").dump(), true});
  bench_.server.on(kNext, run(1, "preempted").dump());
  bench_.server.on(kNext, run(2, "finished").dump());
  nothing_more();
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.out.str(), HasSubstr("Result 2"));
}

TEST_F(Watching, StopsAfterTheRunsAskedFor) {
  set_task({{"repeat-cron", "* * * * *"}});
  bench_.server.on(kNext, run(2, "finished").dump());
  bench_.server.on(kNext, run(3, "finished").dump());
  EXPECT_EQ(watch({"--quiet", "--runs", "2"}), 0);
  EXPECT_EQ(bench_.out.str(), "\nResult 1\n\nResult 2\n");
}

TEST_F(Watching, ANonStarterEndsAOneShotTaskAndNotARepeatingOne) {
  Json nonstart = run(1, "nonstart");
  nonstart["errors"] = "No room before the slip ended";
  bench_.server.forget(kNext);
  bench_.server.on(kNext, nonstart.dump());
  bench_.server.on(kNext, run(2, "finished").dump());
  nothing_more();
  EXPECT_EQ(watch(), 0);
  EXPECT_THAT(bench_.out.str(), HasSubstr("Never started: No room before the slip ended\n"));
  EXPECT_THAT(bench_.out.str(), Not(HasSubstr("Result 2")));

  set_task({{"repeat-cron", "* * * * *"}});
  bench_.server.forget(kNext);
  bench_.server.on(kNext, nonstart.dump());
  bench_.server.on(kNext, run(2, "finished").dump());
  nothing_more();
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.out.str(), HasSubstr("Result 2"));
  EXPECT_THAT(bench_.environment.slept, ElementsAre(20s));  // to its end time
}

TEST_F(Watching, NothingScheduledIsAFailureOnlyAtTheBegin) {
  bench_.server.answer_instead(kNext, Reply{404, "", true});
  EXPECT_EQ(watch(), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("No run of " + kTask));
}

TEST_F(Watching, ARunThatVanishedWasCancelled) {
  bench_.server.answer_instead(poll(1), Reply{404, "", true});
  EXPECT_EQ(watch({"--quiet"}), 0);
  EXPECT_THAT(bench_.out.str(), HasSubstr("cancelled"));
}

TEST_F(Watching, ALostServerIsAFailureThatTellsHowToGoOn) {
  bench_.server.answer_instead(poll(1), Reply{400, "Connection reset", false});
  EXPECT_EQ(watch({"--quiet"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("h.example.org: Connection reset"));
  EXPECT_THAT(bench_.err.str(), HasSubstr("pscheduler watch --first " + kTask));
}

TEST_F(Watching, TasksWithManyResultsAreNotWaitedFor) {
  set_task(Json::object(), true);
  EXPECT_EQ(watch({"--format", "json"}), 0);
  EXPECT_THAT(bench_.out.str(), HasSubstr("pscheduler result " + kTask));
  EXPECT_EQ(bench_.server.log.size(), 1U);
}

TEST_F(Watching, EachRunCanGoToAFileOfItsOwn) {
  set_task({{"repeat", "PT1M"}});
  std::string pattern = (std::filesystem::temp_directory_path() / "cli-watch-XXXXXX").string();
  const std::filesystem::path directory = mkdtemp(pattern.data());
  bench_.server.on(kNext, run(2, "finished").dump());
  nothing_more();
  EXPECT_EQ(watch({"--quiet", "--output", (directory / "%n-%n.txt").string()}), 0);
  EXPECT_THAT(bench_.out.str(), IsEmpty());
  std::string first, second;
  std::getline(std::ifstream(directory / "1-1.txt"), first);
  std::getline(std::ifstream(directory / "2-2.txt"), second);
  std::filesystem::remove_all(directory);
  EXPECT_EQ(first, "Result 1");
  EXPECT_EQ(second, "Result 2");
}

TEST_F(Watching, OnlyTheUrlOfATaskWillDo) {
  EXPECT_EQ(watch_command(bench_.context, {run_url(1)}), 1);
  EXPECT_EQ(watch_command(bench_.context, {}), 1);
  EXPECT_EQ(watch_command(bench_.context, {kTask, kTask}), 1);
  EXPECT_EQ(watch_command(bench_.context, {"--runs", "x", kTask}), 2);
  EXPECT_THAT(bench_.server.log, IsEmpty());
}

// A task whose runs follow each other so quickly that the next one may have passed before it is looked at.
Reply quickly_repeating_task() {
  const Json task = {{"schedule", {{"repeat", "PT1S"}}},
                     {"detail",
                      {{"multi-result", false},
                       {"runs-href", kTask + "/runs"},
                       {"first-run-href", kTask + "/runs/first"},
                       {"next-run-href", kTask + "/runs/next"}}}};
  return {200, task.dump(), true};
}

TEST_F(Watching, LosesNoRunOfATaskThatRepeatsQuickly) {
  bench_.server.answer_instead("GET " + kTask + "?detail=True", quickly_repeating_task());
  bench_.server.on(kFirst, run(1, "finished").dump());
  const auto list = "GET " + kTask + "/runs?start=2030-05-01T12%3A00%3A10Z&limit=10";
  bench_.server.on(list, Json{run_url(1), run_url(2), run_url(3)}.dump());
  for (int number : {2, 3}) bench_.server.on("GET " + run_url(number), run(number, "finished").dump());
  bench_.server.answer_instead(kNext, Reply{404, "", true});
  EXPECT_EQ(watch({"--first", "--quiet"}), 0);
  EXPECT_EQ(bench_.out.str(), "\nResult 1\n\nResult 2\n\nResult 3\n" + kClosing);
}

TEST_F(Watching, DoesNotGoBackToARunThatTheServerStillCallsTheNext) {
  bench_.server.answer_instead("GET " + kTask + "?detail=True", quickly_repeating_task());
  Json second = run(2, "finished");
  second["start-time"] = "2030-05-01T12:00:11Z";
  bench_.server.on(kFirst, run(1, "finished").dump());
  bench_.server.on("GET " + kTask + "/runs?start=2030-05-01T12%3A00%3A10Z&limit=10",
                   Json{run_url(1), run_url(2)}.dump());
  bench_.server.on("GET " + run_url(2), second.dump());
  bench_.server.on("GET " + kTask + "/runs?start=2030-05-01T12%3A00%3A11Z&limit=10",
                   Json::array({run_url(2)}).dump());
  bench_.server.answer_instead(kNext, Reply{200, run(1, "finished").dump(), true});
  bench_.server.on(kNext, Reply{404, "", true});
  EXPECT_EQ(watch({"--first", "--quiet"}), 0);
  EXPECT_EQ(bench_.out.str(), "\nResult 1\n\nResult 2\n" + kClosing);
}

TEST_F(Watching, GivesATaskThatWasJustPostedTimeToBePlanned) {
  Json task = {{"schedule", Json::object()},
               {"detail",
                {{"multi-result", false},
                 {"plans-runs", true},
                 {"runs", 0},
                 {"first-run-href", kTask + "/runs/first"},
                 {"next-run-href", kTask + "/runs/next"}}}};
  bench_.server.answer_instead("GET " + kTask + "?detail=True", Reply{200, task.dump(), true});
  bench_.server.on("GET " + kTask + "/runs/next?wait=10", run(1, "pending").dump());
  bench_.server.answer_instead(kNext, Reply{404, "", true});
  EXPECT_EQ(watch(), 0) << bench_.err.str();
  EXPECT_THAT(bench_.out.str(), HasSubstr("Result 1"));
}

}  // namespace
}  // namespace pscheduler::cli
