// The installed form: links in a class tree, executed as a daemon does, measuring for real.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "unit/plugins/run_method.hpp"

namespace pscheduler::plugins {
namespace {

using test::answer;
using test::run_method;
using testing::HasSubstr;

const std::filesystem::path kClasses = CLASSES;

Json run_input(const std::string& type, const std::string& spec, const std::string& duration = "PT10S") {
  return {{"schema", 1},
          {"task-uuid", "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001"},
          {"schedule", {{"start", format_timestamp_micros(sdk::now(), Zone::utc())}, {"duration", duration}}},
          {"test", {{"type", type}, {"spec", Json::parse(spec)}}},
          {"participant", 0},
          {"participant-data", {Json::object()}}};
}

// Runs a tool and merges its only result.
Json measured(const std::string& tool, const Json& input) {
  const auto result = answer(kClasses / "tool" / tool / "run", input);
  return answer(kClasses / "tool" / tool / "merged-results",
                {{"test", input["test"]}, {"results", {result}}});
}

int native_plugins() {
  const auto all = native_catalogue();
  return static_cast<int>(all.tests.size() + all.tools.size() + all.archivers.size() + all.contexts.size());
}

TEST(Programs, EveryPluginEnumeratesItselfByItsFolder) {
  int count = 0;
  for (const auto* plugin_class : {"test", "tool", "archiver", "context"}) {
    if (!std::filesystem::exists(kClasses / plugin_class)) continue;
    for (const auto& folder : std::filesystem::directory_iterator(kClasses / plugin_class)) {
      EXPECT_EQ(answer(folder.path() / "enumerate", Json())["name"], folder.path().filename().string());
      ++count;
    }
  }
  EXPECT_EQ(count, native_plugins());
}

// A spec that each test accepts; the first of its tests stands for a tool.
const std::map<std::string, std::string> kSpecs{
    {"clock", R"({"dest":"h.example"})"},        {"idle", R"({"duration":"PT20S"})"},
    {"idlebgm", R"({"duration":"PT20S"})"},      {"idleex", R"({"duration":"PT20S"})"},
    {"latency", R"({"dest":"h.example"})"},      {"noop", R"({"data":1})"},
    {"rtt", R"({"dest":"h.example"})"},          {"trace", R"({"dest":"h.example"})"},
    {"simplestream", R"({"dest":"h.example"})"}, {"throughput", R"({"dest":"h.example"})"},
};

TEST(Programs, EveryMethodOfEveryTestIsThere) {
  for (const auto* plugin : native_catalogue().tests) {
    const std::string name(plugin->identity.name);
    const auto folder = kClasses / "test" / name;
    const auto spec = Json::parse(kSpecs.at(name));
    const auto words = answer(folder / "spec-to-cli", spec);
    auto with_schema = spec;
    with_schema["schema"] = 1;
    EXPECT_EQ(answer(folder / "cli-to-spec", words), with_schema) << name;
    EXPECT_EQ(answer(folder / "spec-is-valid", spec)["valid"], true) << name;
    EXPECT_TRUE(answer(folder / "participants", spec)["participants"][0].is_null()) << name;
    EXPECT_EQ(run_method(folder / "spec-format", spec.dump(), {"text/html"}).status, 0) << name;
    const Json failed = {{"spec", spec}, {"result", {{"succeeded", false}, {"error", "E"}}}};
    EXPECT_THAT(run_method(folder / "result-format", failed.dump()).output, HasSubstr("failed: E")) << name;
  }
}

TEST(Programs, EveryMethodOfEveryToolIsThere) {
  for (const auto* plugin : native_catalogue().tools) {
    const std::string name(plugin->identity.name);
    const auto folder = kClasses / "tool" / name;
    const std::string type(plugin->tests.front());
    const Json test = {{"type", type}, {"spec", Json::parse(kSpecs.at(type))}};
    EXPECT_EQ(answer(folder / "can-run", test)["can-run"], true) << name;
    EXPECT_TRUE(parse_duration(answer(folder / "duration", test)["duration"].get<std::string>())) << name;
    EXPECT_TRUE(answer(folder / "participant-data", {{"participant", 0}, {"test", test}}).is_object());
    EXPECT_EQ(answer(folder / "merged-results", {{"test", test}, {"results", {nullptr}}})["succeeded"],
              false);
    EXPECT_EQ(run_method(folder / "run", "{}").status, 1) << name;
  }
}

TEST(Programs, EveryMethodOfEveryArchiverIsThere) {
  for (const auto* plugin : native_catalogue().archivers) {
    const std::string name(plugin->identity.name);
    const auto folder = kClasses / "archiver" / name;
    EXPECT_EQ(answer(folder / "data-is-valid", Json(7))["valid"], false) << name;
    const auto outcome = run_method(folder / "archive", "\x1e{}\n\x1e{}\n");
    EXPECT_EQ(outcome.status, 0) << name << outcome.errors;
    const auto replies = split(trim_end(outcome.output), '\n');
    ASSERT_EQ(replies.size(), 2u) << name << outcome.output;
    for (const auto reply : replies) EXPECT_TRUE(Json::parse(reply.substr(1)).contains("succeeded")) << name;
  }
}

TEST(Programs, AnswerThroughRelativePathsAndByHand) {
  const auto relative =
      run_method("/bin/sh", "", {"-c", "cd " + (kClasses / "test/rtt").string() + " && ./enumerate"});
  EXPECT_EQ(Json::parse(relative.output)["name"], "rtt");
  const auto by_hand = run_method(std::filesystem::canonical(kClasses / "serve"), "",
                                  {"test", "rtt", "cli-to-spec", "--dest", "h"});
  EXPECT_EQ(Json::parse(by_hand.output), Json::parse(R"({"dest":"h","schema":1})"));
  const auto usage = run_method(std::filesystem::canonical(kClasses / "serve"), "");
  EXPECT_EQ(usage.status, 1);
  EXPECT_THAT(usage.errors, HasSubstr("passthrough"));
}

TEST(Programs, SayWhatIsWrongOnStderr) {
  const auto outcome = run_method(kClasses / "test/rtt/cli-to-spec", R"(["--ttl","abc"])");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.errors, "--ttl: \"abc\" is not a whole number; give for example --ttl 64.\n");
  EXPECT_EQ(run_method(kClasses / "tool/ping/run", "garbage").status, 1);
  EXPECT_THAT(run_method(kClasses / "tool/ping/run", "{}").errors, HasSubstr("schedule"));
}

TEST(Ping, MeasuresBothFamilies) {
  for (const auto* dest : {"127.0.0.1", "::1"}) {
    const auto spec = Json{{"dest", dest}, {"count", 2}, {"interval", "PT0.01S"}, {"length", 100}}.dump();
    const auto result = measured("ping", run_input("rtt", spec));
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["sent"], 2);
    EXPECT_EQ(result["received"], 2);
    EXPECT_EQ(result["loss"], 0.0);
    ASSERT_EQ(result["roundtrips"].size(), 2u);
    EXPECT_EQ(result["roundtrips"][1]["seq"], 2);
    EXPECT_EQ(result["roundtrips"][1]["ip"], dest);
    EXPECT_EQ(result["roundtrips"][1]["length"], 108);
    EXPECT_TRUE(parse_duration(result["mean"].get<std::string>()));
    const Json shown = {{"spec", Json::parse(spec)}, {"result", result}};
    const auto text = run_method(kClasses / "test/rtt/result-format", shown.dump(), {"text/plain"});
    EXPECT_EQ(text.status, 0) << text.errors;
    EXPECT_THAT(text.output, HasSubstr("0% Packet Loss"));
  }
}

TEST(Ping, TakesEveryOptionItCan) {
  const auto result =
      measured("ping", run_input("rtt", R"({"schema":3,"dest":"::1","source":"::1","count":1,"ttl":9,
      "interval":"PT0.5S","ip-version":6,"flow-label":1234,"suppress-loopback":true,"ip-tos":32,"length":1000,
      "deadline":"PT2S","timeout":"PT1S","hostnames":false,"fragment":false,"protocol":"icmp"})"));
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["received"], 1);
}

TEST(Ping, NamesHosts) {
  const auto input = [](bool hostnames) {
    return run_input("rtt", Json{{"dest", "127.0.0.1"}, {"count", 1}, {"hostnames", hostnames}}.dump());
  };
  EXPECT_EQ(measured("ping", input(true))["roundtrips"][0]["hostname"], "localhost");
  EXPECT_FALSE(measured("ping", input(false))["roundtrips"][0].contains("hostname"));
}

struct Failing {
  const char* spec;
  const char* error;
};

TEST(Ping, FailsWithPingsOwnReason) {
  for (
      const auto& [spec, error] :
      {Failing{R"({"dest":"no.such.host.invalid"})", "ping: no.such.host.invalid: "},
       Failing{R"({"dest":"127.0.0.1","ttl":70000})", "invalid argument: '70000'"},
       Failing{
           R"({"dest":"127.0.0.1","count":2,"interval":"PT0.01S","length":65000,"fragment":false,"ttl":300})",
           "300"},
       Failing{R"({"dest":"127.0.0.1","source":"::1"})", "no common address family"},
       Failing{R"({"dest":"::1","ip-version":4})", "::1"}}) {
    const auto result = measured("ping", run_input("rtt", spec));
    EXPECT_EQ(result["succeeded"], false) << result;
    EXPECT_THAT(result.value("error", ""), HasSubstr(error));
  }
}

TEST(Ping, SilenceIsASuccessWithLoss) {
  // Class E addresses are not routed: depending on the system ping says so or waits in vain.
  const auto result =
      measured("ping", run_input("rtt", R"({"dest":"240.0.0.1","count":1,"timeout":"PT0.1S"})"));
  if (result["succeeded"] == true) {
    EXPECT_EQ(result["loss"], 1.0) << result;
    EXPECT_EQ(result["roundtrips"].size(), 1u) << result;
  } else {
    EXPECT_THAT(result["error"].get<std::string>(), HasSubstr("ping: "));
  }
}

TEST(Halfping, MeasuresBothFamilies) {
  for (const auto* dest : {"127.0.0.1", "::1"}) {
    const auto spec = Json{{"dest", dest}, {"packet-count", 3}, {"packet-interval", 0.01}}.dump();
    const auto result = measured("halfping", run_input("latency", spec));
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["packets-sent"], 3);
    EXPECT_EQ(result["packets-lost"], 0);
    int counted = 0;
    for (const auto& count : result["histogram-latency"]) counted += count.get<int>();
    EXPECT_EQ(counted, 3) << result;
    const Json shown = {{"spec", Json::parse(spec)}, {"result", result}};
    const auto text = run_method(kClasses / "test/latency/result-format", shown.dump(), {"text/plain"});
    EXPECT_EQ(text.status, 0) << text.errors;
    EXPECT_THAT(text.output, HasSubstr("Packets Received ........ 3 packets"));
    EXPECT_THAT(text.output, HasSubstr("Delay Median ............ "));
  }
}

TEST(Halfping, TakesEveryOptionItCan) {
  const auto result =
      measured("halfping", run_input("latency", R"({"schema":4,"dest":"::1","source":"::1","packet-count":1,
      "packet-interval":0.5,"packet-timeout":1,"packet-padding":100,"ip-tos":32,"ip-version":6,"protocol":"icmp",
      "bucket-width":0.0001})"));
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["packets-received"], 1);
}

TEST(Halfping, FailsWithPingsOwnReason) {
  for (const auto& [spec, error] :
       {Failing{R"({"dest":"no.such.host.invalid"})", "ping: no.such.host.invalid: "},
        Failing{R"({"dest":"127.0.0.1","packet-padding":65460,"packet-count":1})", "message too long"},
        Failing{R"({"dest":"127.0.0.1","source":"::1"})", "no common address family"}}) {
    const auto result = measured("halfping", run_input("latency", spec));
    EXPECT_EQ(result["succeeded"], false) << result;
    EXPECT_THAT(result.value("error", ""), HasSubstr(error));
  }
}

TEST(Idle, SleepsAndComments) {
  const auto input =
      run_input("idle", R"({"duration":"PT0.05S","starting-comment":"in","parting-comment":"out"})");
  const auto result = answer(kClasses / "tool/snooze/run", input);
  EXPECT_EQ(result["succeeded"], true);
  EXPECT_EQ(result["result"]["time-slept"], "PT0.05S");
  EXPECT_EQ(result["diags"], "in\nout");
  EXPECT_EQ(measured("sleep", input), Json::parse(R"({"schema":1,"succeeded":true,"duration":"PT0.05S"})"));
}

TEST(Idle, DoesNotBeginEarly) {
  auto input = run_input("idle", R"({"duration":"PT0S"})");
  const auto start = sdk::now() + std::chrono::milliseconds(700);
  input["schedule"]["start"] = format_timestamp_micros(start, Zone::utc());
  EXPECT_EQ(measured("snooze", input)["succeeded"], true);
  EXPECT_GE(sdk::now(), start);
}

TEST(Idlebgm, StreamsARecordAtEveryTick) {
  // Read for two records of many, so that it does not matter how late it starts.
  const auto input = run_input("idlebgm", R"({"duration":"PT1H","interval":"PT0.3S"})", "PT1H");
  const auto run = (kClasses / "tool/sleepbgm/run").string();
  const auto outcome = run_method("/bin/sh", input.dump(), {"-c", run + " | head -n 2"});
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto lines = split(trim_end(outcome.output), '\n');
  ASSERT_EQ(lines.size(), 2u) << outcome.output;
  for (const auto line : lines) {
    ASSERT_EQ(line.front(), '\x1e');
    EXPECT_EQ(Json::parse(line.substr(1)),
              Json::parse(R"({"schema":1,"succeeded":true,"time-slept":"PT0.3S"})"));
  }
}

TEST(Noop, HandsDataThroughOrFails) {
  EXPECT_EQ(measured("passthrough", run_input("noop", R"({"data":{"a":[1,"ü"]}})")),
            Json::parse(R"({"schema":1,"succeeded":true,"data":{"a":[1,"ü"]}})"));
  const auto failed = measured("passthrough", run_input("noop", R"({"data":1,"fail":1})"));
  EXPECT_EQ(failed["succeeded"], false);
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("\"fail\""));
}

TEST(Serve, AnswersForEveryPluginAndOutlivesGarbage) {
  const auto outcome = run_method(kClasses / "serve",
                                  "junk\n\x1e{\"id\":1,\"class\":\"tool\",\"plugin\":\"psclock\",\"method\":"
                                  "\"duration\",\"input\":{\"type\":\"clock\",\"spec\":{}}}\n");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto lines = split(trim_end(outcome.output), '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(Json::parse(lines[0].substr(1))["serves"].size(), static_cast<std::size_t>(native_plugins()));
  EXPECT_EQ(Json::parse(lines[1].substr(1))["status"], 1);
  EXPECT_EQ(Json::parse(lines[2].substr(1))["output"], Json::parse(R"({"duration":"PT6S"})"));
}

}  // namespace
}  // namespace pscheduler::plugins
