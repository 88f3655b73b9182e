// pause, resume, debug, metrics and validate-configurables.

#include <gmock/gmock.h>

#include <fstream>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kRoot = "https://here.example.org/pscheduler/";
const std::string kControl = kRoot + "stat/control/pause";

struct OperatorCommands : ::testing::Test {
  testing::Bench bench;
};

using Pausing = OperatorCommands;
using Debugging = OperatorCommands;
using Metrics = OperatorCommands;
using Configurables = OperatorCommands;

TEST_F(Pausing, IsSilentUnlessSomebodyReads) {
  bench.server.on("PUT " + kControl, "OK");
  bench.server.on("PUT " + kControl + "?duration=PT30M", "OK");
  EXPECT_EQ(pause_command(bench.context, {}), 0);
  EXPECT_THAT(bench.out.str(), IsEmpty());
  EXPECT_EQ(pause_command(bench.context, {"-v", "PT30M"}), 0);
  EXPECT_EQ(bench.out.str(), "Paused for PT30M\n");
  bench.out.str("");
  bench.environment.on_terminal = true;
  EXPECT_EQ(pause_command(bench.context, {"-d", "@/etc/dsn"}), 0);
  EXPECT_EQ(bench.out.str(), "Paused until resumed\n");
}

TEST_F(Pausing, RefusesWhatIsNoDuration) {
  for (const Words& words : {Words{"soon"}, Words{"PT0S"}, Words{"PT1H", "PT1H"}, Words{"--query", "PT1H"}}) {
    EXPECT_EQ(pause_command(bench.context, words), 1);
  }
  EXPECT_THAT(bench.server.log, IsEmpty());
}

struct QueryCase {
  std::string name;
  std::string answer;
  int status;
  std::string says;
};

class PauseQuery : public OperatorCommands, public ::testing::WithParamInterface<QueryCase> {};

TEST_P(PauseQuery, SetsTheExitStatus) {
  bench.server.on("GET " + kControl, GetParam().answer);
  EXPECT_EQ(pause_command(bench.context, {"--query"}), GetParam().status);
  EXPECT_THAT(bench.out.str() + bench.err.str(), IsEmpty());
  EXPECT_EQ(pause_command(bench.context, {"-q", "--verbose"}), GetParam().status);
  EXPECT_EQ(bench.out.str(), GetParam().says);
}

INSTANTIATE_TEST_SUITE_P(
    States, PauseQuery,
    ::testing::Values(QueryCase{"running", R"({"is_paused":false})", 1, "Not paused\n"},
                      QueryCase{"for_ever", R"({"is_paused":true,"infinite":true})", 0,
                                "Paused until resumed\n"},
                      QueryCase{"for_a_while", R"({"is_paused":true,"infinite":false,"remaining":"PT5M"})", 0,
                                "Paused for another PT5M\n"}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(Pausing, TellsWhyNot) {
  bench.server.on("PUT " + kControl, Reply{403, "Only from this host\n", true});
  EXPECT_EQ(pause_command(bench.context, {}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("Only from this host"));
  EXPECT_EQ(pause_command(bench.context, {"--query"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("PSCHEDULER_LOCALHOST")) << "nobody answered";
}

TEST_F(Pausing, EndsWithResume) {
  bench.server.on("DELETE " + kControl, "OK");
  EXPECT_EQ(resume_command(bench.context, {}), 0);
  EXPECT_THAT(bench.out.str() + bench.err.str(), IsEmpty());
  EXPECT_EQ(resume_command(bench.context, {"PT1H"}), 1);
}

TEST_F(Debugging, IsSwitchedForAllServicesTogether) {
  bench.server.on("PUT " + kRoot + "debug?state=1", "OK");
  bench.server.on("PUT " + kRoot + "debug?state=0", "OK");
  EXPECT_EQ(debug_command(bench.context, {"on"}), 0);
  EXPECT_EQ(debug_command(bench.context, {"off", "runner", "api"}), 0);
  EXPECT_THAT(bench.server.log,
              ElementsAre("PUT " + kRoot + "debug?state=1", "PUT " + kRoot + "debug?state=0"));
  EXPECT_EQ(debug_command(bench.context, {"on", "walker"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("walker"));
  EXPECT_EQ(debug_command(bench.context, {"perhaps"}), 1);
  EXPECT_EQ(debug_command(bench.context, {}), 1);
  EXPECT_EQ(bench.server.log.size(), 2u);
}

TEST_F(Metrics, LeaveOutWhatCannotBeLearned) {
  bench.server.on("GET " + kRoot, "\"This is pScheduler\"");
  bench.server.on("GET " + kControl, R"({"is_paused":true,"infinite":false,"remaining":"PT5M"})");
  bench.server.on("GET " + kRoot + "stat/archiving/backlog", "3\n");
  bench.server.on("GET " + kRoot + "stat/runs/on-deck", "1\n");
  bench.server.on("GET " + kRoot + "stat/runs/nonstart", "7\n");
  EXPECT_EQ(metrics_command(bench.context, {}), 0);
  EXPECT_EQ(bench.out.str(),
            R"({"archiving": {"backlog": 3}, "paused": {"infinite": false, "is_paused": true, )"
            R"("remaining": "PT5M"}, "runs": {"nonstart": 7, "on-deck": 1}})"
            "\n");
  EXPECT_EQ(bench.server.options_seen.back().time_limit, std::chrono::seconds(5));
}

TEST_F(Metrics, TellLoadAndDestinationsWhereThereAre) {
  bench.server.on("GET " + kRoot, "\"This is pScheduler\"");
  bench.server.on("GET " + kRoot + "status", R"({"load": {"tasks": {"now": 3, "max": 50}}})");
  bench.server.on("GET " + kRoot + "stat/archiving/destinations",
                  R"([{"id": "3f1c", "archiver": "http", "destination": "https://sink", "waiting": 2,
                       "under-way": 1, "given-up": 4, "oldest": "2030-05-01T11:59:00+00:00",
                       "last-success": null}])");
  EXPECT_EQ(metrics_command(bench.context, {}), 0);
  EXPECT_EQ(bench.out.str(),
            R"({"destinations": {"3f1c": {"archiver": "http", "given-up": 4, "oldest-seconds": 60, )"
            R"("under-way": 1, "waiting": 2}}, "load": {"tasks": {"max": 50, "now": 3}}})"
            "\n");
  bench.out.str("");
  EXPECT_EQ(metrics_command(bench.context, {"--format", "prometheus"}), 0);
  EXPECT_THAT(bench.out.str(), HasSubstr("perfsonar_pscheduler_load{of=\"tasks\",state=\"max\"} 50\n"));
  EXPECT_THAT(bench.out.str(),
              HasSubstr("perfsonar_pscheduler_destination{destination=\"3f1c\",archiver=\"http\","
                        "state=\"oldest-seconds\"} 60\n"));
}

TEST_F(Metrics, PrometheusGetsNumbersOnly) {
  bench.server.on("GET " + kRoot, "\"This is pScheduler\"");
  bench.server.on("GET " + kControl, R"({"is_paused":true,"infinite":false,"remaining":"PT5M"})");
  bench.server.on("GET " + kRoot + "stat/runs/finished", "12\n");
  EXPECT_EQ(metrics_command(bench.context, {"--format", "prometheus", "-W", "1"}), 0);
  EXPECT_EQ(bench.out.str(),
            "# HELP perfsonar_pscheduler_paused Whether no runs are started\n"
            "# TYPE perfsonar_pscheduler_paused gauge\n"
            "perfsonar_pscheduler_paused{state=\"infinite\"} 0\n"
            "perfsonar_pscheduler_paused{state=\"is_paused\"} 1\n"
            "# HELP perfsonar_pscheduler_runs Runs by state\n"
            "# TYPE perfsonar_pscheduler_runs gauge\n"
            "perfsonar_pscheduler_runs{state=\"finished\"} 12\n");
}

TEST_F(Metrics, AreWellFormedForPrometheusWhateverAServerCallsThings) {
  bench.server.on("GET " + kRoot, "\"This is pScheduler\"");
  bench.server.on("GET " + kControl, R"({"a\"b": true})");
  bench.server.on("GET " + kRoot + "status", R"({"load": {"x\u001b[2J": {"now": 3}}})");
  bench.server.on("GET " + kRoot + "stat/archiving/destinations",
                  R"([{"id": "3f\n1c", "archiver": "ht\\tp", "waiting": 2}])");
  EXPECT_EQ(metrics_command(bench.context, {"--format", "prometheus"}), 0);
  EXPECT_THAT(bench.out.str(), HasSubstr("{state=\"a\\\"b\"} 1\n"));
  EXPECT_THAT(bench.out.str(), HasSubstr("{of=\"x\\\\x1b[2J\",state=\"now\"} 3\n"));
  EXPECT_THAT(bench.out.str(),
              HasSubstr("{destination=\"3f\\\\x0a1c\",archiver=\"ht\\\\tp\",state=\"waiting\"} 2\n"));
}

TEST_F(Metrics, RefuseBadArgumentsAndAbsentServers) {
  EXPECT_EQ(metrics_command(bench.context, {"--format", "xml"}), 1);
  EXPECT_EQ(metrics_command(bench.context, {"--timeout", "0"}), 1);
  EXPECT_EQ(metrics_command(bench.context, {"runs"}), 1);
  EXPECT_THAT(bench.server.log, IsEmpty());
  EXPECT_EQ(metrics_command(bench.context, {}), 1);
}

TEST_F(Configurables, AreCheckedFromAFileOrStandardInput) {
  bench.in.str(R"({"schema": 1, "keep-runs-tasks": "P2D", "run-straggle": "PT30S", "#": "mine"})");
  EXPECT_EQ(validate_configurables_command(bench.context, {"--dump", "-"}), 0) << bench.err.str();
  EXPECT_EQ(bench.out.str(), R"({"keep-runs-tasks":"P2D","run-straggle":"PT30S","schema":1})"
                             "\n");
  EXPECT_EQ(validate_configurables_command(bench.context, {"/no/such/file"}), 1);
}

struct BadConfigurables {
  std::string name;
  std::string text;
  std::string says;
};

class ConfigurablesRefused : public OperatorCommands,
                             public ::testing::WithParamInterface<BadConfigurables> {};

TEST_P(ConfigurablesRefused, NamesWhatIsWrong) {
  bench.in.str(GetParam().text);
  EXPECT_EQ(validate_configurables_command(bench.context, {"--quiet", "-"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr(GetParam().says));
  EXPECT_THAT(bench.out.str(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Documents, ConfigurablesRefused,
    ::testing::Values(BadConfigurables{"no_json", "{", "is no JSON"},
                      BadConfigurables{"no_object", "[]", "is not valid"},
                      BadConfigurables{"unknown_member", R"({"schedule-horizon": "P1D"})",
                                       "schedule-horizon"},
                      BadConfigurables{"no_duration", R"({"run-straggle": 30})", "/run-straggle"},
                      BadConfigurables{"later_schema", R"({"schema": 2})", "/schema"}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace pscheduler::cli
