// `pscheduler result`: what is fetched and how each outcome reads.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kTask = "https://h.example.org/pscheduler/tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";
const std::string kRun = kTask + "/runs/91b71a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";

Json run_object() {
  return Json::parse(R"({"state":"finished","state-display":"Finished","participant":0,
    "participants":["a.example.org","b.example.org"],"start-time":"2030-05-01T12:00:10Z",
    "result-merged":{"succeeded":true},"limit-diags":null,"errors":null,
    "href":")" + kRun +
                     R"(","task-href":")" + kTask + R"(","result-href":")" + kRun + R"(/result"})");
}

class ResultCommand : public ::testing::Test {
 protected:
  ResultCommand() {
    auto& server = bench_.server;
    server.on("GET " + kTask + "/cli", R"(["rtt","--dest","b.example.org","--source","two words"])");
    server.on("GET " + kTask + "?detail=True",
              R"({"tool":"ping","detail":{"runs-href":")" + kTask + R"(/runs"}})");
    server.on("GET " + kRun + "/result?format=text%2Fplain", "  1 ms\n\n");
    server.on("GET " + kRun + "/result?format=text%2Fhtml", "<p>1 ms</p>\n");
    server.on("GET " + kRun + "/result?format=application%2Fjson", "{\"b\":1,\"a\":2}\n");
    set_run(run_object());
  }

  void set_run(const Json& run) {
    bench_.server.answer_instead("GET " + kRun + "?detail=True", Reply{200, run.dump(), true});
  }

  int show(Words words, const std::string& url = kRun) {
    bench_.out.str("");
    words.push_back(url);
    return result_command(bench_.context, words);
  }

  std::string shown(const Words& words) {
    EXPECT_EQ(show(words), 0) << bench_.err.str();
    return bench_.out.str();
  }

  testing::Bench bench_;
};

TEST_F(ResultCommand, HasAHeadingAndTheServersText) {
  EXPECT_EQ(shown({}),
            "2030-05-01T12:00:10Z on a.example.org and b.example.org with ping:\n\n"
            "rtt --dest b.example.org --source 'two words'\n\n1 ms\n");
  EXPECT_THAT(bench_.server.log,
              ElementsAre("GET " + kRun + "?detail=True", "GET " + kTask + "/cli",
                          "GET " + kTask + "?detail=True", "GET " + kRun + "/result?format=text%2Fplain"));
  EXPECT_EQ(shown({"--quiet"}), "1 ms\n");
}

TEST_F(ResultCommand, OtherFormatsPassThroughAsServed) {
  EXPECT_EQ(shown({"--format", "json"}), "{\"b\":1,\"a\":2}\n");
  EXPECT_EQ(shown({"--format", "text/html"}), "<p>1 ms</p>\n");
}

TEST_F(ResultCommand, OnlyTheResultGoesToTheFile) {
  const auto path = std::filesystem::temp_directory_path() / ("cli-result-" + std::to_string(getpid()));
  EXPECT_THAT(shown({"--output", path.string()}), Not(HasSubstr("1 ms")));
  std::string line;
  std::getline(std::ifstream(path), line);
  std::filesystem::remove(path);
  EXPECT_EQ(line, "1 ms");
  EXPECT_EQ(show({"--output", "/no/such/directory/file"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("/no/such/directory/file"));
}

struct StateCase {
  std::string name;
  std::string patch;  // over the run object
  std::string text;
};

class RunStates : public ResultCommand, public ::testing::WithParamInterface<StateCase> {};

TEST_P(RunStates, AreToldOnStandardOutputWithStatusZero) {
  Json run = run_object();
  run.merge_patch(Json::parse(GetParam().patch));
  set_run(run);
  EXPECT_THAT(shown({"--quiet"}), StartsWith(GetParam().text));
  EXPECT_THAT(bench_.err.str(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Result, RunStates,
    ::testing::Values(
        StateCase{"nonstart", R"({"state":"nonstart","errors":"No room\n"})", "Run never started: No room\n"},
        StateCase{"nonstart_mute", R"({"state":"nonstart"})", "Run never started: no reason was given.\n"},
        StateCase{"running", R"({"state":"running","state-display":"Running"})",
                  "Run has not completed yet; it is running.\n"},
        StateCase{"cleanup", R"({"state":"cleanup"})", "Run has not completed yet; it is finished.\n"},
        StateCase{"missed", R"({"state":"missed","state-display":"Missed","errors":"Paused"})",
                  "Run did not complete: Missed.\n\nReason:\n  Paused\n"},
        StateCase{"failed", R"({"state":"failed","result-merged":{"succeeded":false,"error":"no such host\n",
                                "diags":"line 1\nline 2"}})",
                  "Run failed.\n\nError:\n  no such host\n\nDiagnostics:\n  line 1\n  line 2\n"},
        StateCase{"failed_without_result", R"({"state":"failed","result-merged":null})",
                  "Run failed.\n\nError:\n  The run produced no result.\n"},
        StateCase{"failed_by_restart",
                  R"({"state":"failed","result-merged":null,"errors":"The daemon was restarted"})",
                  "Run failed.\n\nError:\n  The daemon was restarted\n"},
        StateCase{"participant", R"({"participant":1})",
                  "This server took part in the run but did not lead it"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(ResultCommand, AFailedRunTellsWhatEachParticipantSaid) {
  Json run = run_object();
  run.merge_patch(Json::parse(R"({"state":"failed","result-merged":{"succeeded":false,"error":"E"},
    "limit-diags":"Passed all","result-full":[{"succeeded":false,"error":"E","diags":"ping x"},null],
    "clock-survey":[{"time":"2030-05-01T12:00:00.5Z"},{"error":404},{"time":"2030-05-01T13:01:03Z"}]})"));
  set_run(run);
  EXPECT_EQ(shown({"--quiet"}),
            "Run failed.\n\nError:\n  E\n"
            "\nThe participants' clocks differ by 1:01:02.500000, which may be why the run failed.\n"
            "\nLimits:\n  Passed all\n"
            "\nError from a.example.org:\n  E\n\nDiagnostics from a.example.org:\n  ping x\n"
            "\nNo information from b.example.org.\n");
}

TEST_F(ResultCommand, AParticipantWithoutResultIsShownWithWhatTheLeadKnowsOfIt) {
  Json run = run_object();
  run.merge_patch(Json::parse(R"({"state":"failed","result-merged":{"succeeded":false,"error":"E"},
    "result-full":[{"succeeded":false,"error":"F"},null],
    "errors":"E\nb.example.org cannot be reached: Connection refused"})"));
  set_run(run);
  EXPECT_EQ(shown({"--quiet"}),
            "Run failed.\n\nError:\n  E\n"
            "\nError from a.example.org:\n  F\n"
            "\nNo result from b.example.org:\n  b.example.org cannot be reached: Connection refused\n");
}

TEST_F(ResultCommand, DiagnosticsThatTheToolHasMergedAreShownOnce) {
  Json run = run_object();
  run.merge_patch(Json::parse(R"({"state":"failed","result-merged":{"succeeded":false,"error":"E",
    "diags":"Participant 0 (client):\niperf3 -c b\n\nParticipant 1 (server):\ngave no result."},
    "result-full":[{"succeeded":false,"error":"F","diags":"iperf3 -c b\n"},
                   {"succeeded":false,"diags":"iperf3 -s"}]})"));
  set_run(run);
  EXPECT_EQ(shown({"--quiet"}),
            "Run failed.\n\nError:\n  E\n"
            "\nDiagnostics:\n  Participant 0 (client):\n  iperf3 -c b\n\n  Participant 1 (server):\n  gave "
            "no result.\n"
            "\nError from a.example.org:\n  F\n"
            "\nDiagnostics from b.example.org:\n  iperf3 -s\n");
}

struct SoleCase {
  std::string name;
  std::string merged;
  std::string full;
  std::string text;
};

class SoleParticipant : public ResultCommand, public ::testing::WithParamInterface<SoleCase> {};

TEST_P(SoleParticipant, IsOnlyHeardWhenItSaysMoreThanTheResult) {
  const auto& tested = GetParam();
  Json run = run_object();
  run["state"] = "failed";
  run["participants"] = {"a.example.org"};
  run["result-merged"] = Json::parse(tested.merged);
  run["result-full"] = Json::parse(tested.full);
  set_run(run);
  EXPECT_EQ(shown({"--quiet"}), tested.text);
}

INSTANTIATE_TEST_SUITE_P(
    Result, SoleParticipant,
    ::testing::Values(SoleCase{"the_same", R"({"succeeded":false,"error":"E\n","diags":"ping x"})",
                               R"([{"succeeded":false,"error":"E","diags":"ping x"}])",
                               "Run failed.\n\nError:\n  E\n\nDiagnostics:\n  ping x\n"},
                      SoleCase{"more_diagnostics", R"({"succeeded":false,"error":"E"})",
                               R"([{"succeeded":false,"error":"E","diags":"ping x"}])",
                               "Run failed.\n\nError:\n  E\n\nError from a.example.org:\n  E\n"
                               "\nDiagnostics from a.example.org:\n  ping x\n"},
                      SoleCase{"nothing", "null", "null",
                               "Run failed.\n\nError:\n  The run produced no result.\n"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(ResultCommand, DiagnosticsAndArchivingsAreShownWhenAsked) {
  Json run = run_object();
  run.merge_patch(Json::parse(R"({"result-full":[{"succeeded":true,"diags":"ping x"},{"succeeded":true}],
    "archivings":[
      {"spec":{"archiver":"http","label":"main"},"archived":false,"diags":[
        {"time":"2030-05-01T12:00:30Z","return-code":1,"stdout":null,"stderr":"refused\n"},
        {"time":"2030-05-01T12:01:30Z","return-code":0,"stdout":{"succeeded":false,"error":"busy"},"stderr":""}]},
      {"spec":{"archiver":"syslog"},"archived":true,"diags":[
        {"time":"2030-05-01T12:00:30Z","return-code":0,"stdout":{"succeeded":true},"stderr":""}]}]})"));
  set_run(run);
  EXPECT_EQ(shown({"--quiet", "--full"}),
            "1 ms\n\nDiagnostics from a.example.org:\n  ping x\n\nNo information from b.example.org.\n"
            "\nArchivings:\n"
            "\n  To main using http, Unfinished\n    2030-05-01T12:00:30Z       refused\n"
            "    2030-05-01T12:01:30Z       busy\n"
            "\n  To using syslog, Finished\n    2030-05-01T12:00:30Z       Succeeded\n");
  set_run(run_object());
  EXPECT_THAT(shown({"--quiet", "--archivings"}), HasSubstr("not archived anywhere"));
}

TEST_F(ResultCommand, UnfinishedRunsAreAFailureForPrograms) {
  Json run = run_object();
  run["state"] = "running";
  run["state-display"] = "Running";
  set_run(run);
  bench_.server.answer_instead("GET " + kRun + "/result?format=application%2Fjson", Reply{404, "", true});
  EXPECT_EQ(show({"--format", "json"}), 1);
  EXPECT_EQ(bench_.err.str(), "Run has not completed yet; it is running.\n");
  EXPECT_THAT(bench_.out.str(), IsEmpty());
}

TEST_F(ResultCommand, ATaskShowsAllItsRuns) {
  const std::string other = kTask + "/runs/00000000-6a0e-4c0b-9b0c-0d8c8b1f7a10";
  Json pending = run_object();
  pending["state"] = "pending";
  pending["state-display"] = "Pending";
  pending["href"] = other;
  bench_.server.on("GET " + kTask + "/runs", "[\"" + kRun + "\",\"" + other + "\"]");
  bench_.server.on("GET " + other + "?detail=True", pending.dump());
  EXPECT_EQ(show({}, kTask), 0);
  const std::string heading = "2030-05-01T12:00:10Z on a.example.org and b.example.org with ping:\n\n";
  const std::string options = "\n\nrtt --dest b.example.org --source 'two words'\n\n";
  EXPECT_EQ(bench_.out.str(), heading + kRun + options + "1 ms\n\n\n\n" + heading + other + options +
                                  "Run has not completed yet; it is pending.\n");
  EXPECT_EQ(show({"--format", "json"}, kTask), 1);
}

TEST_F(ResultCommand, RefusesWhatItCannotDo) {
  EXPECT_EQ(show({"--format", "none"}), 1);
  EXPECT_EQ(show({"--format", "json", "--diags"}), 1);
  EXPECT_EQ(result_command(bench_.context, {}), 1);
  EXPECT_THAT(bench_.server.log, IsEmpty());
  bench_.server.on("GET " + kTask + "x?detail=True", "{}");
  EXPECT_EQ(show({}, kTask + "x"), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("neither a run nor a task"));
}

}  // namespace
}  // namespace pscheduler::cli
