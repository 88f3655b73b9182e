// `pscheduler task` as the servers see it: what is asked, in which order, and what the user is shown.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kRoot = "https://here.example.org/pscheduler/";
const std::string kTask = kRoot + "tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";
const std::string kRun = kTask + "/runs/91b71a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";
const std::string kArgs = "%5B%22-d%22%2C%22PT1S%22%5D";  // ["-d","PT1S"]
const std::string kSpec = "%7B%22duration%22%3A%22PT1S%22%2C%22schema%22%3A1%7D";

class TaskCommand : public ::testing::Test {
 protected:
  TaskCommand() {
    auto& server = bench_.server;
    server.on("GET " + kRoot, "\"This is pScheduler\"");
    server.on("GET " + kRoot + "tests/idle/spec?args=" + kArgs, R"({"schema":1,"duration":"PT1S"})");
    server.on("GET " + kRoot + "tests/idle/participants?spec=" + kSpec,
              R"({"participants":[null],"null-reason":"No host given"})");
    server.on("POST " + kRoot + "tasks", "\"" + kTask + "\"\n");
    server.on("GET " + kTask + "?detail=1", task().dump());
    server.on("GET " + kTask + "/runs/first", run("pending").dump());
    server.on("GET " + kRun + "?wait-merged=True&wait=30", Reply{200, run("finished").dump(), true}, 2s);
    server.on("GET " + kRun + "/result?format=text%2Fplain", "Idled 1 second\n\n");
    server.on("GET " + kRun + "/result?format=application%2Fjson", "{\"succeeded\": true}\n");
    server.on("GET " + kTask + "/runs/next?wait=0", Reply{404, "No such run", true});
  }

  static Json task() {
    return {{"href", kTask},
            {"tool", "sleep"},
            {"schedule", Json::object()},
            {"test", {{"type", "idle"}}},
            {"detail",
             {{"multi-result", false},
              {"diags", "Hints: none"},
              {"first-run-href", kTask + "/runs/first"},
              {"next-run-href", kTask + "/runs/next"}}}};
  }

  static Json run(const std::string& state) {
    return {{"href", kRun},
            {"task-href", kTask},
            {"result-href", kRun + "/result"},
            {"state", state},
            {"participant", 0},
            {"participants", {"here.example.org"}},
            {"start-time", "2030-05-01T12:00:01Z"},
            {"end-time", "2030-05-01T12:00:02Z"},
            {"result-merged", state == "finished" ? Json{{"succeeded", true}} : Json()}};
  }

  int run_command(const Words& words) { return task_command(bench_.context, words); }

  testing::Bench bench_;
};

TEST_F(TaskCommand, AsksTheServersInOrderAndShowsProgressAndResult) {
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 0) << bench_.err.str();
  EXPECT_THAT(
      bench_.server.log,
      ElementsAre("GET " + kRoot, "GET " + kRoot + "tests/idle/spec?args=" + kArgs,
                  "GET " + kRoot + "tests/idle/participants?spec=" + kSpec, "GET " + kRoot,
                  "POST " + kRoot + "tasks", "GET " + kTask + "?detail=1", "GET " + kTask + "/runs/first",
                  "GET " + kRun + "?wait-merged=True&wait=30", "GET " + kRun + "/result?format=text%2Fplain",
                  "GET " + kTask + "/runs/next?wait=0"));
  EXPECT_EQ(Json::parse(bench_.server.bodies.at(0)), Json::parse(R"({"schedule":{"slip":"PT5M"},
                            "test":{"type":"idle","spec":{"duration":"PT1S","schema":1}}})"));
  EXPECT_EQ(bench_.out.str(), "Submitting the task...\nTask URL:\n" + kTask +
                                  "\nTool is 'sleep'\nLooking for the first run...\n\nFirst run:\n" + kRun +
                                  "\nStarts 2030-05-01T12:00:01Z (~1 second)\n"
                                  "Ends   2030-05-01T12:00:02Z (~2 seconds)\n"
                                  "Waiting...\n\nIdled 1 second\n\nNothing more is scheduled.\n");
  EXPECT_THAT(bench_.err.str(), IsEmpty());
  EXPECT_THAT(bench_.environment.slept, IsEmpty());
}

TEST_F(TaskCommand, KeepsToTheLimitsOfTheProbes) {
  run_command({"idle", "-d", "PT1S"});
  EXPECT_EQ(bench_.server.options_seen.at(0).time_limit, 5s);
  EXPECT_EQ(bench_.server.options_seen.at(1).time_limit, 10s);
  EXPECT_EQ(bench_.server.options_seen.at(3).time_limit, 3s);
}

TEST_F(TaskCommand, BindsEachCallAsAsked) {
  run_command({"--assist-bind", "192.0.2.1", "--bind", "192.0.2.2", "idle", "-d", "PT1S"});
  const auto bound = [&](std::size_t call) {
    return bench_.server.options_seen.at(call).bind.value_or("none");
  };
  for (const std::size_t call : {0, 1, 2}) EXPECT_EQ(bound(call), "192.0.2.1");
  EXPECT_EQ(bound(3), "none");  // the probe of the lead
  for (std::size_t call = 4; call < bench_.server.log.size(); ++call) EXPECT_EQ(bound(call), "192.0.2.2");
}

TEST_F(TaskCommand, WithoutATestItTeachesOnStandardOutput) {
  EXPECT_EQ(run_command({}), 1);
  EXPECT_THAT(bench_.out.str(), StartsWith("Usage: pscheduler task"));
  EXPECT_THAT(bench_.out.str(), HasSubstr("pscheduler task rtt --dest"));
  EXPECT_THAT(bench_.server.log, IsEmpty());
}

TEST_F(TaskCommand, BadOptionsAskNoServer) {
  EXPECT_EQ(run_command({"--bogus", "idle"}), 2);
  EXPECT_EQ(run_command({"--start", "noon", "idle", "-d", "PT1S"}), 1);
  EXPECT_EQ(run_command({"--format", "plain", "idle", "-d", "PT1S"}), 1);
  EXPECT_THAT(bench_.server.log, IsEmpty());
  EXPECT_THAT(bench_.out.str(), IsEmpty());
}

TEST_F(TaskCommand, ExportStopsBeforeTheLead) {
  EXPECT_EQ(run_command(
                {"--export", "--priority", "4", "--repeat", "PT1H", "--max-runs", "1", "idle", "-d", "PT1S"}),
            0);
  EXPECT_EQ(Json::parse(bench_.out.str()),
            Json::parse(R"({"schema":3,"priority":4,"schedule":{"repeat":"PT1H"},
                            "test":{"type":"idle","spec":{"duration":"PT1S","schema":1}}})"));
  EXPECT_EQ(bench_.server.log.size(), 2U);
}

TEST_F(TaskCommand, UrlIsTheOnlyLine) {
  EXPECT_EQ(run_command({"--url", "idle", "-d", "PT1S"}), 0);
  EXPECT_EQ(bench_.out.str(), kTask + "\n");
  EXPECT_THAT(bench_.server.log.back(), StartsWith("POST "));
}

TEST_F(TaskCommand, AFormatShowsTheResultAlone) {
  EXPECT_EQ(run_command({"--format", "json", "idle", "-d", "PT1S"}), 0);
  EXPECT_EQ(bench_.out.str(), "{\"succeeded\": true}\n");
}

TEST_F(TaskCommand, NoneWaitsAndShowsNothing) {
  EXPECT_EQ(run_command({"--format", "none", "idle", "-d", "PT1S"}), 0);
  EXPECT_THAT(bench_.out.str(), IsEmpty());
  EXPECT_THAT(bench_.server.log, ::testing::Contains("GET " + kRun + "?wait-merged=True&wait=30"));
}

TEST_F(TaskCommand, HelpOfATestIsShownFromTheRefusal) {
  bench_.server.on("GET " + kRoot + "tests/idle/spec?args=%5B%22--help%22%5D",
                   Reply{400, "Options:\n  --duration D\n\n", true});
  EXPECT_EQ(run_command({"idle", "--help"}), 0);
  EXPECT_EQ(bench_.out.str(), "Options of the test idle:\n\nOptions:\n  --duration D\n");
}

TEST_F(TaskCommand, ABadTestOptionIsToldInTheAssistsWords) {
  bench_.server.on("GET " + kRoot + "tests/idle/spec?args=%5B%22--bogus%22%5D",
                   Reply{400, "no such option: --bogus\n\n", true});
  EXPECT_EQ(run_command({"idle", "--bogus"}), 1);
  EXPECT_EQ(bench_.err.str(), "here.example.org: no such option: --bogus\n");
}

TEST_F(TaskCommand, AMissingMemberIsToldWithItsOption) {
  bench_.server.answer_instead(
      "GET " + kRoot + "tests/idle/participants?spec=" + kSpec,
      Reply{400, "Invalid test specification: At /: the member 'ip-version' is missing\n", true});
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 1);
  EXPECT_EQ(bench_.err.str(),
            "here.example.org: Invalid test specification: At /: the member 'ip-version' is missing "
            "(option --ip-version)\n");
}

TEST_F(TaskCommand, AServerNotFoundWhereItWasGuessedHasARemedy) {
  bench_.server.answer_instead("GET " + kRoot, Reply{400, "Connection refused", false});
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 1);
  EXPECT_THAT(bench_.err.str(), StartsWith("here.example.org: Connection refused\n"));
  EXPECT_THAT(bench_.err.str(), HasSubstr("set PSCHEDULER_LOCALHOST=127.0.0.1:8443"));
}

TEST_F(TaskCommand, AnUnknownTestIsNamed) {
  bench_.server.on("GET " + kRoot + "tests/no%20such/spec?args=%5B%5D", Reply{404, "Not found", true});
  EXPECT_EQ(run_command({"no such"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("\"no such\" is unknown on here.example.org"));
}

TEST_F(TaskCommand, AServerThatIsNotThereIsNamed) {
  bench_.server.on("GET https://other.example.org/pscheduler/", Reply{400, "Connection refused", false});
  EXPECT_EQ(run_command({"--assist", "other.example.org", "idle", "-d", "PT1S"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("other.example.org: Connection refused"));
}

TEST_F(TaskCommand, ARefusedTaskTellsWhy) {
  bench_.server.answer_instead("POST " + kRoot + "tasks",
                               Reply{400, "At /test/spec/count: 0 is too small\n", true});
  EXPECT_EQ(run_command({"--quiet", "idle", "-d", "PT1S"}), 1);
  EXPECT_EQ(bench_.err.str(), "here.example.org refused the task: At /test/spec/count: 0 is too small\n");
  EXPECT_THAT(bench_.out.str(), IsEmpty());
}

TEST_F(TaskCommand, AfterARefusalOfATaskOfSeveralHostsItSaysHowToFindTheFault) {
  const std::string spec = "GET " + kRoot + "tests/idle/participants?spec=" + kSpec;
  bench_.server.answer_instead(
      spec, Reply{200, R"({"participants":["here.example.org","b.example.org","c.example.org"]})", true});
  bench_.server.answer_instead("POST " + kRoot + "tasks",
                               Reply{422, "b.example.org cannot be reached: Connection refused\n", true});
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 1);
  EXPECT_EQ(bench_.err.str(),
            "here.example.org refused the task: b.example.org cannot be reached: Connection refused\n"
            "See whether all is well there: pscheduler troubleshoot --host here.example.org b.example.org\n");
}

TEST_F(TaskCommand, WhatIsWaitedForIsNamedOnTheTerminal) {
  bench_.environment.on_terminal = true;
  bench_.server.answer_instead("GET " + kRoot + "tests/idle/participants?spec=" + kSpec,
                               Reply{200, R"({"participants":["here.example.org","b.example.org"]})", true});
  bench_.server.forget("POST " + kRoot + "tasks");
  bench_.server.on("POST " + kRoot + "tasks", Reply{200, "\"" + kTask + "\"", true}, 800ms);
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 0) << bench_.err.str();
  EXPECT_THAT(bench_.environment.progress,
              ElementsAre("Waiting for here.example.org to settle the task with b.example.org (0 s)", "",
                          "Measuring, at most 1 second left",
                          "Waiting for here.example.org to finish the run (1 s)", ""));
  bench_.environment.progress.clear();
  EXPECT_EQ(run_command({"--quiet", "idle", "-d", "PT1S"}), 0);
  EXPECT_THAT(bench_.environment.progress, IsEmpty());
}

TEST_F(TaskCommand, ARemoteAssistCannotSayWhoLeadsWhenNobodyIsNamed) {
  const std::string root = "https://other.example.org/pscheduler/";
  bench_.server.on("GET " + root, "\"pScheduler\"");
  bench_.server.on("GET " + root + "tests/idle/spec?args=" + kArgs, R"({"schema":1,"duration":"PT1S"})");
  bench_.server.on("GET " + root + "tests/idle/participants?spec=" + kSpec, R"({"participants":[null]})");
  bench_.environment.variables["PSCHEDULER_ASSIST"] = "other.example.org";
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("--source"));
  EXPECT_THAT(bench_.server.bodies, IsEmpty());
}

TEST_F(TaskCommand, TheFirstParticipantLeads) {
  const std::string root = "https://[2001:db8::1]:8443/pscheduler/";
  bench_.environment.variables["PSCHEDULER_LOCALHOST"] = "127.0.0.1:8443";
  const std::string assist = "https://127.0.0.1:8443/pscheduler/";
  bench_.server.on("GET " + assist, "\"pScheduler\"");
  bench_.server.on("GET " + assist + "tests/idle/spec?args=" + kArgs, R"({"schema":1,"duration":"PT1S"})");
  bench_.server.on("GET " + assist + "tests/idle/participants?spec=" + kSpec,
                   R"({"participants":["[2001:db8::1]:8443"]})");
  bench_.server.on("GET " + root, "\"pScheduler\"");
  bench_.server.on("POST " + root + "tasks", "\"" + root + "tasks/1\"");
  EXPECT_EQ(run_command({"--url", "idle", "-d", "PT1S"}), 0) << bench_.err.str();
  EXPECT_EQ(bench_.out.str(), root + "tasks/1\n");
}

TEST_F(TaskCommand, WhoLeadsIsAskedFromTheAddressThatTheLeadIsToUse) {
  bench_.server.on("GET " + kRoot + "tests/idle/participants?spec=" + kSpec + "&lead-bind=192.0.2.7",
                   R"({"participants":[null]})");
  EXPECT_EQ(run_command({"--url", "--lead-bind", "192.0.2.7", "idle", "-d", "PT1S"}), 0) << bench_.err.str();
}

TEST_F(TaskCommand, WhatIsWrongWithATaskIsNotSoughtAtItsParticipants) {
  bench_.server.answer_instead("GET " + kRoot + "tests/idle/participants?spec=" + kSpec,
                               Reply{200, R"({"participants":["here.example.org","b.example.org"]})", true});
  bench_.server.answer_instead("POST " + kRoot + "tasks", Reply{400, "At /lead-bind: no", true});
  EXPECT_EQ(run_command({"idle", "-d", "PT1S"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("here.example.org refused the task: At /lead-bind: no\n"));
  EXPECT_THAT(bench_.err.str(), Not(HasSubstr("troubleshoot")));
}

TEST_F(TaskCommand, ARunThatNeverCameIsAFailure) {
  bench_.server.answer_instead("GET " + kTask + "/runs/first", Reply{404, "", true});
  EXPECT_EQ(run_command({"--quiet", "idle", "-d", "PT1S"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("here.example.org never scheduled a run"));
}

TEST_F(TaskCommand, WordsOfTheTestMayComeFromFiles) {
  bench_.server.on("GET " + kRoot + "tests/idle/spec?args=%5B%22-d%22%2C%22%40home%22%5D",
                   Reply{400, "as typed", true});
  EXPECT_EQ(run_command({"idle", "-d", "\\@home"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("as typed"));
  bench_.err.str("");
  EXPECT_EQ(run_command({"idle", "-d", "@/no/such/file"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("/no/such/file"));
}

TEST_F(TaskCommand, DebuggingReachesStandardErrorOnlyWithProgress) {
  run_command({"--debug", "idle", "-d", "PT1S"});
  EXPECT_EQ(bench_.environment.debug_to, DebugTo::system_log_and_stderr);
  EXPECT_THAT(bench_.environment.debug_lines, ::testing::Contains(HasSubstr("Hints: none")));
  run_command({"--debug", "--quiet", "idle", "-d", "PT1S"});
  EXPECT_EQ(bench_.environment.debug_to, DebugTo::system_log);
}

}  // namespace
}  // namespace pscheduler::cli
