// The tools of the test throughput with their real programs: the `run` of both participants against each
// other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "live/ports.hpp"
#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/temp_dir.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

using test::answer;
using test::free_port;
using test::kClasses;
using test::run_method;
using testing::AnyOf;
using testing::HasSubstr;

const auto kTools = kClasses / "tool";

class ThroughputLive : public testing::TestWithParam<const char*> {
 protected:
  ThroughputLive() : folder_(std::move(*sdk::TempDir::create())) {
    control_port_ = free_port();
    configure(folder_.path(), {});
    setenv("PSCHEDULER_TOOL_CONFIG", folder_.path().c_str(), 1);
    setenv("TMPDIR", folder_.path().c_str(), 1);
  }
  ~ThroughputLive() override {
    unsetenv("PSCHEDULER_TOOL_CONFIG");
    unsetenv("TMPDIR");
  }

  static std::string tool() { return GetParam(); }

  // A folder of configuration, with a program in place of the real one if given.
  void configure(const std::filesystem::path& folder, const std::string& program) const {
    std::filesystem::create_directories(folder);
    std::ofstream file(folder / (tool() + ".conf"));
    file << "[" << tool() << "]\nserver_port = " << control_port_ << "\n";
    if (tool() == "nuttcp") file << "data_port_start = " << free_port() << "\n";
    if (!program.empty()) file << tool() << "_cmd = " << program << "\n";
  }

  // What each participant says before the run.
  [[nodiscard]] Json data(const Json& spec) const {
    Json all = Json::array();
    for (const int participant : {0, 1}) {
      all.push_back(answer(kTools / tool() / "participant-data",
                           {{"participant", participant}, {"test", test_of(spec)}}));
    }
    return all;
  }

  static Json test_of(const Json& spec) { return {{"type", "throughput"}, {"spec", spec}}; }

  static Json input(int participant, const Json& spec, const Json& data, Duration late = {},
                    const char* slot = "PT1M") {
    return {{"schema", 1},
            {"task-uuid", "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001"},
            {"schedule",
             {{"start", format_timestamp_micros(sdk::now() + late, Zone::utc())}, {"duration", slot}}},
            {"test", test_of(spec)},
            {"participant", participant},
            {"participant-data", data}};
  }

  [[nodiscard]] std::filesystem::path place(const std::string& name) const { return folder_.path() / name; }

  [[nodiscard]] Json read(const std::string& name) const {
    std::ifstream file(place(name));
    std::stringstream text;
    text << file.rdbuf();
    auto document = Json::parse(text.str(), nullptr, false);
    EXPECT_FALSE(document.is_discarded()) << name << ": " << text.str();
    return document.is_discarded() ? Json() : document;
  }

  // The runs of both participants side by side; the server may use a configuration of its own.
  [[nodiscard]] Json both(const Json& client, const Json& server,
                          const std::string& server_config = std::string()) const {
    std::ofstream(place("0.in")) << client;
    std::ofstream(place("1.in")) << server;
    const auto run = (kTools / tool() / "run").string();
    const auto outcome = sdk::run_child(
        {.words = {"/bin/sh", "-c",
                   R"(cd "$2"; { test -n "$3" && export PSCHEDULER_TOOL_CONFIG="$3"; "$1" <1.in >1.out; } &
                      "$1" <0.in >0.out; wait)",
                   "sh", run, folder_.path().string(), server_config},
         .time_limit = std::chrono::minutes(2)});
    EXPECT_EQ(outcome.status, 0) << outcome.errors << outcome.trouble;
    return {read("0.out"), read("1.out")};
  }

  [[nodiscard]] Json merged(const Json& spec, const Json& results) const {
    return answer(kTools / tool() / "merged-results", {{"test", test_of(spec)}, {"results", results}});
  }

  // A measurement as two nodes make it, from their data to a result that can be shown.
  [[nodiscard]] Json measured(const Json& spec) const {
    const auto told = data(spec);
    EXPECT_EQ(told[1]["server_port"], control_port_);
    const auto result = merged(spec, both(input(0, spec, told), input(1, spec, told)));
    EXPECT_EQ(result["succeeded"], true) << result.dump(1);
    const Json shown = {{"spec", spec}, {"result", result}};
    const auto text = run_method(kClasses / "test/throughput/result-format", shown.dump());
    EXPECT_EQ(text.status, 0) << text.errors;
    EXPECT_THAT(text.output, HasSubstr("Summary\nInterval "));
    return result;
  }

  sdk::TempDir folder_;
  std::uint16_t control_port_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Tools, ThroughputLive, testing::Values("iperf3", "nuttcp", "iperf2"),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(ThroughputLive, MeasuresTcp) {
  const auto result = measured(
      {{"source", "127.0.0.1"}, {"dest", "127.0.0.1"}, {"duration", "PT1S"}, {"interval", "PT0.5S"}});
  const auto& sum = result["summary"]["summary"];
  EXPECT_GT(sum.value("throughput-bits", 0.0), 1e6) << result;
  EXPECT_TRUE(sum.contains("retransmits")) << result;
  EXPECT_GE(result["intervals"].size(), 1u);
  EXPECT_THAT(result.value("diags", ""), HasSubstr("Participant 1 (server):"));
}

TEST_P(ThroughputLive, MeasuresUdp) {
  const auto result = measured({{"source", "::1"},
                                {"dest", "::1"},
                                {"duration", "PT1S"},
                                {"ip-version", 6},
                                {"udp", true},
                                {"bandwidth", 2'000'000}});
  const auto& sum = result["summary"]["summary"];
  EXPECT_GT(sum.value("sent", 0), 0) << result;
  EXPECT_GE(sum.value("lost", -1), 0) << result;
}

TEST_P(ThroughputLive, MeasuresBothEndsOfOneHost) {
  const Json spec = {{"schema", 5}, {"dest", "127.0.0.1"}, {"duration", "PT1S"}, {"loopback", true}};
  const auto result = answer(kTools / tool() / "run", input(0, spec, Json::array({Json::object()})));
  EXPECT_EQ(result["succeeded"], true) << result.dump(1);
  EXPECT_EQ(merged(spec, Json::array({result}))["succeeded"], true);
  EXPECT_THAT(result.value("diags", ""), HasSubstr("Participant 1 (server):"));
}

TEST_P(ThroughputLive, AClientTriesUntilItsServerIsThere) {
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  const auto told = data(spec);
  const auto results = both(input(0, spec, told), input(1, spec, told, std::chrono::milliseconds(700)));
  EXPECT_EQ(results[0]["succeeded"], true) << results.dump(1);
}

TEST_P(ThroughputLive, ARefusedClientSaysWhereAndHowOften) {
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  const auto result = answer(kTools / tool() / "run", input(0, spec, data(spec), {}, "PT3.5S"));
  EXPECT_EQ(result["succeeded"], false);
  EXPECT_THAT(result.value("error", ""), HasSubstr("answered at 127.0.0.1 port " +
                                                   std::to_string(control_port_) + ": connection refused."));
  EXPECT_THAT(result.value("diags", ""), HasSubstr("127.0.0.1"));
}

TEST_P(ThroughputLive, AServerToWhichNobodyComesEndsInTime) {
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  const auto result = answer(kTools / tool() / "run", input(1, spec, data(spec), {}, "PT4S"));
  EXPECT_EQ(result["succeeded"], false);
  EXPECT_THAT(result.value("error", ""), HasSubstr("port " + std::to_string(control_port_))) << result;
}

TEST_P(ThroughputLive, AServerThatDiesIsExplained) {
  // The server's program is ended in the middle of the test, if its client was quick, else before.
  const std::map<std::string, std::string> programs{
      {"iperf3", "/usr/bin/iperf3"}, {"nuttcp", "/usr/bin/nuttcp"}, {"iperf2", "/usr/bin/iperf"}};
  const auto script = place("dies").string();
  std::ofstream(script) << "#!/bin/sh\nexec timeout -s KILL 1 " << programs.at(tool()) << " \"$@\"\n";
  chmod(script.c_str(), S_IRWXU);
  configure(place("server"), script);
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT4S"}};
  const auto told = data(spec);
  const auto results =
      both(input(0, spec, told, {}, "PT12S"), input(1, spec, told, {}, "PT12S"), place("server").string());
  const auto result = merged(spec, results);
  EXPECT_EQ(result["succeeded"], false) << result.dump(1);
  EXPECT_THAT(result.value("error", ""), HasSubstr("The client: "));
}

TEST_P(ThroughputLive, ABadOptionIsExplainedInTheProgramsWords) {
  if (tool() == "nuttcp") GTEST_SKIP() << "nuttcp has no congestion control to get wrong";
  const Json spec = {{"schema", 4}, {"dest", "127.0.0.1"}, {"duration", "PT1S"}, {"congestion", "no-such"}};
  const auto told = data(spec);
  const auto results = both(input(0, spec, told, {}, "PT10S"), input(1, spec, told, {}, "PT4S"));
  EXPECT_EQ(results[0]["succeeded"], false) << results.dump(1);
  EXPECT_THAT(results[0].value("error", ""), AnyOf(HasSubstr("ongestion"), HasSubstr("CONGESTION")));
}

class ReverseLive : public ThroughputLive {};
INSTANTIATE_TEST_SUITE_P(Tools, ReverseLive, testing::Values("iperf3", "nuttcp"),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(ReverseLive, MeasuresWhatTheDestinationSends) {
  const auto result =
      measured({{"dest", "127.0.0.1"}, {"duration", "PT1S"}, {"reverse", true}, {"client-cpu-affinity", 0}});
  EXPECT_GT(result["summary"]["summary"].value("throughput-bits", 0.0), 1e6) << result;
  EXPECT_TRUE(result["summary"]["summary"].contains("retransmits")) << result;
  // Not every kernel lets numactl choose.
  EXPECT_THAT(result.value("diags", ""),
              AnyOf(HasSubstr("numactl -C 0 "), HasSubstr("Could not run on processor 0, so anywhere:")));
}

class Iperf3Live : public ThroughputLive {};
INSTANTIATE_TEST_SUITE_P(Tools, Iperf3Live, testing::Values("iperf3"),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(Iperf3Live, TellsItsVersionAndFreshKeys) {
  const Json spec = {{"dest", "127.0.0.1"}};
  const auto told = data(spec);
  EXPECT_EQ(told[0]["schema"], 3);
  EXPECT_THAT(told[0].value("iperf3-version", ""), HasSubstr("3."));
  EXPECT_EQ(told[0].size(), 2u);
  const auto& auth = told[1]["_auth"];
  EXPECT_THAT(auth.value("private", ""), testing::StartsWith("-----BEGIN RSA PRIVATE KEY-----\n"));
  EXPECT_THAT(auth.value("public", ""), testing::StartsWith("-----BEGIN PUBLIC KEY-----\n"));
  EXPECT_EQ(auth.value("username", "").size(), 20u);
  EXPECT_EQ(auth.value("password", "").size(), 20u);
  EXPECT_THAT(auth.value("credentials", ""),
              testing::MatchesRegex(auth.value("username", "") + ",[0-9a-f]+\n"));
  EXPECT_NE(data(spec)[1]["_auth"]["private"], auth["private"]);
}

TEST_P(Iperf3Live, LetsOnlyTheClientOfTheRunIn) {
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  const auto told = data(spec);
  auto stranger = told;
  stranger[1]["_auth"]["password"] = "guessed";
  const auto results = both(input(0, spec, stranger, {}, "PT10S"), input(1, spec, told, {}, "PT10S"));
  EXPECT_EQ(results[0]["succeeded"], false);
  EXPECT_THAT(results[0].value("error", ""), HasSubstr("authorization failed"));
  EXPECT_THAT(results.dump(), testing::Not(HasSubstr(told[1]["_auth"].value("password", "?"))));
}

TEST_P(Iperf3Live, MeasuresWithANodeThatKnowsNoKeys) {
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  auto told = data(spec);
  told[0] = {{"schema", 1}};
  told[1].erase("_auth");
  EXPECT_EQ(both(input(0, spec, told), input(1, spec, told))[0]["succeeded"], true);
}

TEST_P(Iperf3Live, AsksForOldPaddingWhereTheOtherEndNeedsIt) {
  // As if this end were newer; 3.12 then says that it does not know the option.
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  auto told = data(spec);
  told[0]["iperf3-version"] = "3.18";
  told[1]["iperf3-version"] = "3.12";
  const auto result = answer(kTools / "iperf3/run", input(0, spec, told, {}, "PT3.5S"));
  EXPECT_THAT(result.value("diags", ""), HasSubstr("iperf3 --use-pkcs1-padding -p "));
}

TEST_P(Iperf3Live, HidesWhatItRunsOn) {
  const Json spec = {{"dest", "127.0.0.1"}, {"duration", "PT1S"}};
  const auto result = answer(kTools / "iperf3/run", input(0, spec, data(spec), {}, "PT3.5S"));
  EXPECT_THAT(result.value("diags", ""), HasSubstr("REDACTED"));
}

TEST_P(Iperf3Live, NamesAWrongConfiguration) {
  std::ofstream(place("iperf3.conf")) << "[iperf3]\nserver_port = many\n";
  const Json spec = {{"dest", "127.0.0.1"}};
  const auto outcome = run_method(kTools / "iperf3/participant-data",
                                  Json{{"participant", 1}, {"test", test_of(spec)}}.dump());
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("server_port is \"many\", which is no port"));
}

}  // namespace
}  // namespace pscheduler::plugins
