// Every pure method of the native plug-ins: JSON in, JSON or text out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"

namespace pscheduler::plugins {
namespace {

using sdk::Call;
using sdk::Dispatcher;
using testing::HasSubstr;
using testing::StartsWith;

Dispatcher& dispatcher() {
  static Dispatcher instance(native_catalogue());
  return instance;
}

sdk::Outcome call(std::string plugin_class, std::string plugin, std::string method, std::string_view input,
                  std::vector<std::string> arguments = {}) {
  return dispatcher().call_text(
      {std::move(plugin_class), std::move(plugin), std::move(method), std::move(arguments)}, input);
}

std::string document(const sdk::Outcome& outcome) {
  return outcome.document ? outcome.document->dump() : outcome.errors;
}

struct Row {
  std::string name;
  std::string plugin;
  std::string method;
  std::string input;
  std::string output;
};

std::string row_name(const testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

class TestMethod : public testing::TestWithParam<Row> {};

TEST_P(TestMethod, Answers) {
  const auto& row = GetParam();
  const auto outcome = call("test", row.plugin, row.method, row.input);
  EXPECT_EQ(document(outcome), Json::parse(row.output).dump());
}

INSTANTIATE_TEST_SUITE_P(
    Tests, TestMethod,
    testing::Values(
        Row{"IdleOneHost", "idle", "cli-to-spec", R"(["--duration","PT5S","-H","a"])",
            R"({"duration":"PT5S","host":"a","schema":1})"},
        Row{"IdleTwoHosts", "idle", "cli-to-spec", R"(["-d","PT5S","--host","a","--host","b"])",
            R"({"duration":"PT5S","host":["a","b"],"schema":2})"},
        Row{"IdleTwoHostsBack", "idle", "spec-to-cli", R"({"duration":"PT5S","host":["a","b"],"schema":2})",
            R"(["--duration","PT5S","--host","a","--host","b"])"},
        Row{"IdleParticipants", "idle", "participants", R"({"duration":"PT5S","host":["a","b"],"schema":2})",
            R"({"participants":["a","b"]})"},
        Row{"IdleHostNodeLeads", "idle", "participants",
            R"({"duration":"PT5S","host":"a","host-node":"n:4443"})", R"({"participants":["n:4443"]})"},
        Row{"IdleexHostNode", "idleex", "cli-to-spec", R"(["--host-node","n","-d","PT1S"])",
            R"({"duration":"PT1S","host-node":"n","schema":1})"},
        Row{"IdlebgmInterval", "idlebgm", "cli-to-spec", R"(["-i","PT2S","-d","PT10S"])",
            R"({"duration":"PT10S","interval":"PT2S","schema":1})"},
        Row{"NoopDataAndFail", "noop", "cli-to-spec", R"(["--data","{\"a\":[1,2]}","-f","0.5"])",
            R"({"data":{"a":[1,2]},"fail":0.5,"schema":1})"},
        Row{"NoopBack", "noop", "spec-to-cli", R"({"data":{"a":[1,2]},"fail":0.5,"host":"h"})",
            R"(["--data","{\"a\":[1,2]}","--host","h","--fail","0.5"])"},
        Row{"RttSchema1", "rtt", "cli-to-spec", R"(["--dest","h","--no-hostnames"])",
            R"({"dest":"h","hostnames":false,"schema":1})"},
        Row{"RttSchema2", "rtt", "cli-to-spec", R"(["--dest","h","--protocol","twamp"])",
            R"({"dest":"h","protocol":"twamp","schema":2})"},
        Row{"RttSchema3", "rtt", "cli-to-spec", R"(["--dest","h","--protocol","icmp","--fragment"])",
            R"({"dest":"h","fragment":true,"protocol":"icmp","schema":3})"},
        Row{"RttSchema4", "rtt", "cli-to-spec", R"(["--dest","h","--protocol","tcp"])",
            R"({"dest":"h","protocol":"tcp","schema":4})"},
        Row{"RttLead", "rtt", "participants", R"({"dest":"h","source":"s"})", R"({"participants":["s"]})"},
        Row{"LatencySchema1", "latency", "cli-to-spec",
            R"(["-d","h","-c","10","-i","0.05","-L","2","-P","9000-10000","-b","0.0001","-f","-s","s","-R"])",
            R"({"bucket-width":0.0001,"data-ports":{"lower":9000,"upper":10000},"dest":"h","flip":true,
                "output-raw":true,"packet-count":10,"packet-interval":0.05,"packet-timeout":2,"schema":1,
                "source":"s"})"},
        Row{"LatencySchema2", "latency", "cli-to-spec", R"(["-d","h","-r"])",
            R"({"dest":"h","reverse":true,"schema":2})"},
        Row{"LatencySchema3", "latency", "cli-to-spec", R"(["-d","h","-r","--traverse-nat"])",
            R"({"dest":"h","reverse":true,"schema":3,"traverse-nat":true})"},
        Row{"LatencySchema4", "latency", "cli-to-spec", R"(["-d","h","--protocol","icmp"])",
            R"({"dest":"h","protocol":"icmp","schema":4})"},
        Row{"LatencyLead", "latency", "participants", R"({"dest":"h","source":"s","source-node":"n"})",
            R"({"participants":["n"]})"},
        Row{"LatencyHere", "latency", "participants", R"({"dest":"h","dest-node":"d"})",
            R"({"participants":[null],"null-reason":"No source specified"})"},
        Row{"LatencyFlipped", "latency", "participants",
            R"({"dest":"h","dest-node":"d:4443","source":"s","flip":true})",
            R"({"participants":["d:4443"]})"},
        Row{"LatencyFlippedToDest", "latency", "participants", R"({"dest":"h","source":"s","flip":true})",
            R"({"participants":["h"]})"},
        Row{"ClockSchema2", "clock", "cli-to-spec", R"(["--dest","h","--source-node","n"])",
            R"({"dest":"h","schema":2,"source-node":"n"})"},
        Row{"ClockLead", "clock", "participants", R"({"dest":"h:8443","source":"[::1]:8443"})",
            R"({"participants":["[::1]:8443"]})"}),
    row_name);

struct SpecCase {
  const char* plugin;
  const char* spec;
  const char* error;  // what the error starts with; empty for a valid spec
};

TEST(SpecIsValid, JudgesByVersion) {
  for (const auto& [plugin, spec, error] : std::initializer_list<SpecCase>{
           {"idle", R"({"duration":"PT5S"})", ""},
           {"idle", R"({"duration":"PT5S","host":["a","b"],"schema":2})", ""},
           {"idle", R"({"duration":"PT5S","host":["a","b"]})", "At /host"},
           {"idle", R"({"duration":"PT5S","schema":2})", "At /"},
           {"idle", R"({"duration":"5 seconds"})", "At /duration"},
           {"idle", R"({})", "At /"},
           {"idle", R"({"duration":"PT5S","schema":3})", "At /schema"},
           {"idleex", R"({"duration":"PT5S","host_node":"n"})", "At /host_node"},
           {"idlebgm", R"({"duration":"PT5S","interval":"PT1S"})", ""},
           {"noop", R"({})", ""},
           {"noop", R"({"data":null,"fail":1})", ""},
           {"noop", R"({"fail":1.5})", "At /fail"},
           {"rtt", R"({"dest":"h.example"})", ""},
           {"rtt", R"({"dest":"h.example","count":0})", "At /count: 0"},
           {"rtt", R"({"dest":"h.example","ip-tos":256})", "At /ip-tos"},
           {"rtt", R"({"dest":"h.example","ip-version":5})", "At /ip-version"},
           {"rtt", R"({"dest":"h.example","protocol":"icmp"})", "At /protocol"},
           {"rtt", R"({"dest":"h.example","protocol":"tcp","schema":3})", "At /protocol"},
           {"rtt", R"({"dest":"h.example","protocol":"tcp","port":443,"schema":4})", ""},
           {"latency", R"({"dest":"h","packet-interval":0.1,"packet-timeout":0,"bucket-width":0.001})", ""},
           {"latency", R"({"dest":"h","packet-interval":0})", "At /packet-interval"},
           {"latency", R"({"dest":"h","packet-timeout":0.5})", "At /packet-timeout"},
           {"latency", R"({"dest":"h","packet-count":0})", "At /packet-count"},
           {"latency", R"({"dest":"h","bucket-width":1})", "At /bucket-width"},
           {"latency", R"({"packet-count":1})", "At /"},
           {"latency", R"({"dest":"h","reverse":true})", "At /reverse"},
           {"latency", R"({"dest":"h","reverse":true,"schema":2})", ""},
           {"latency", R"({"dest":"h","traverse-nat":true,"schema":2})", "At /traverse-nat"},
           {"latency", R"({"dest":"h","protocol":"icmp","schema":3})", "At /protocol"},
           {"latency", R"({"dest":"h","protocol":"icmp","schema":4})", ""},
           {"latency", R"({"dest":"h","flip":true})", "At /flip: true needs a source"},
           {"latency", R"({"dest":"h","flip":true,"source":"s"})", ""},
           {"latency", R"({"dest":"h","data-ports":{"lower":9000,"upper":8999}})",
            "At /data-ports: lower is 9000"},
           {"clock", R"({"dest":"h.example:8443"})", ""},
           {"clock", R"({"dest":"::1"})", "At /dest"},
       }) {
    const auto outcome = call("test", plugin, "spec-is-valid", spec);
    ASSERT_EQ(outcome.status, 0) << spec;
    const auto& answer = *outcome.document;
    EXPECT_EQ(answer["valid"], *error == '\0') << plugin << " " << spec << " " << answer;
    if (*error != '\0') {
      EXPECT_THAT(answer.value("error", ""), StartsWith(error));
    }
  }
}

// All options of a test at once come back as they were, and make a spec that is valid.
TEST(CommandLine, RoundTripsEveryOptionOfEveryTest) {
  for (const auto* plugin : native_catalogue().tests) {
    std::vector<std::string> words;
    for (const auto& option : plugin->command_line.options) {
      if (option.type == sdk::OptionType::boolean) {
        words.push_back("--no-" + std::string(option.field));
        continue;
      }
      std::string value(option.example);
      std::erase(value, '\'');  // examples are written for a shell
      words.push_back("--" + std::string(option.field));
      words.push_back(value);
    }
    const std::string name(plugin->identity.name);
    const auto spec = call("test", name, "cli-to-spec", Json(words).dump());
    ASSERT_EQ(spec.status, 0) << name << spec.errors;
    const auto back = call("test", name, "spec-to-cli", spec.document->dump());
    ASSERT_EQ(back.status, 0) << name << back.errors;
    const auto again = call("test", name, "cli-to-spec", back.document->dump());
    EXPECT_EQ(document(again), document(spec)) << name;
    EXPECT_EQ(back.document->size(), words.size()) << name;
    EXPECT_EQ(call("test", name, "spec-format", spec.document->dump()).status, 0) << name;
  }
}

TEST(CommandLine, RefusesWhatIsNoNumber) {
  const auto outcome = call("test", "rtt", "cli-to-spec", R"(["--dest","h","--ttl","abc"])");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.errors, "--ttl: \"abc\" is not a whole number; give for example --ttl 64.");
}

class ToolMethod : public testing::TestWithParam<Row> {};

TEST_P(ToolMethod, Answers) {
  const auto& row = GetParam();
  EXPECT_EQ(document(call("tool", row.plugin, row.method, row.input)), Json::parse(row.output).dump());
}

const std::string kFailed =
    R"({"test":{"type":"x","spec":{}},"results":[{"succeeded":false,"error":"E","diags":"D"}]})";
const std::string kFailure = R"({"schema":1,"succeeded":false,"error":"E","diags":"D"})";

INSTANTIATE_TEST_SUITE_P(
    Tools, ToolMethod,
    testing::Values(
        Row{"SleepSlot", "sleep", "duration", R"({"type":"idle","spec":{"duration":"PT20S"}})",
            R"({"duration":"PT21S"})"},
        Row{"SnoozeSlot", "snooze", "duration", R"({"type":"idle","spec":{"duration":"PT5S"}})",
            R"({"duration":"PT6S"})"},
        Row{"SleepbgmSlot", "sleepbgm", "duration", R"({"type":"idlebgm","spec":{"duration":"PT5S"}})",
            R"({"duration":"PT5S"})"},
        Row{"PassthroughSlot", "passthrough", "duration", R"({"type":"noop","spec":{}})",
            R"({"duration":"PT1S"})"},
        Row{"PsclockSlot", "psclock", "duration", R"({"type":"clock","spec":{"dest":"h"}})",
            R"({"duration":"PT6S"})"},
        Row{"PingSlot", "ping", "duration", R"({"type":"rtt","spec":{"dest":"h"}})",
            R"({"duration":"PT10S"})"},
        Row{"HalfpingMerge", "halfping", "merged-results",
            R"({"test":{"type":"latency","spec":{}},"results":[{"succeeded":true,"result":
                {"packets-sent":1,"histogram-ttl":{"64":1},"other":1}}]})",
            R"({"schema":1,"succeeded":true,"packets-sent":1,"histogram-ttl":{"64":1}})"},
        Row{"HalfpingMergeFailure", "halfping", "merged-results", kFailed, kFailure},
        Row{"SleepData", "sleep", "participant-data", R"({"participant":0,"test":{"type":"idle","spec":{}}})",
            "{}"},
        Row{"SleepMerge", "sleep", "merged-results",
            R"({"test":{"type":"idle","spec":{}},"results":[{"succeeded":true,"result":{"time-slept":"PT5S"}}]})",
            R"({"schema":1,"succeeded":true,"duration":"PT5S"})"},
        Row{"SleepMergeWithoutOneResult", "sleep", "merged-results",
            R"({"test":{"type":"idle","spec":{}},"results":[{"succeeded":true,"result":{"time-slept":"PT5S"}},null]})",
            R"({"schema":1,"succeeded":false,"error":"Participant 1: The participant that measured gave no result."})"},
        Row{"SleepMergeWithoutTime", "sleep", "merged-results",
            R"({"test":{"type":"idle","spec":{}},"results":[{"succeeded":true,"result":{}}]})",
            R"({"schema":1,"succeeded":false,"error":"The tool's result does not say how long it slept."})"},
        Row{"SnoozeMergeFailure", "snooze", "merged-results", kFailed, kFailure},
        Row{"PassthroughMerge", "passthrough", "merged-results",
            R"({"test":{"type":"noop","spec":{}},"results":[{"succeeded":true,"result":[1,null]}]})",
            R"({"schema":1,"succeeded":true,"data":[1,null]})"},
        Row{"PassthroughMergeNull", "passthrough", "merged-results",
            R"({"test":{"type":"noop","spec":{}},"results":[{"succeeded":true,"result":null}]})",
            R"({"schema":1,"succeeded":true,"data":null})"},
        Row{"PassthroughMergeFailure", "passthrough", "merged-results", kFailed, kFailure},
        Row{"PingMerge", "ping", "merged-results",
            R"({"test":{"type":"rtt","spec":{}},"results":[{"succeeded":true,"result":
                {"loss":0.5,"sent":2,"received":1,"lost":1,"roundtrips":[],"other":1}}]})",
            R"({"schema":1,"succeeded":true,"loss":0.5,"sent":2,"received":1,"lost":1,"roundtrips":[]})"},
        Row{"PingMergeFailure", "ping", "merged-results", kFailed, kFailure},
        Row{"PsclockMergeFailure", "psclock", "merged-results", kFailed, kFailure},
        Row{"PsclockMergeIncomplete", "psclock", "merged-results",
            R"({"test":{"type":"clock","spec":{}},"results":[{"succeeded":true,"result":{"local":{}}}]})",
            R"({"schema":1,"succeeded":false,"error":"The tool's result has no \"remote\"."})"}),
    row_name);

struct CanRunCase {
  const char* tool;
  const char* test;
  const char* reason;  // part of it; empty when it can
};

TEST(CanRun, SaysWhyNot) {
  for (const auto& [tool, test, reason] : std::initializer_list<CanRunCase>{
           {"sleep", R"({"type":"idle","spec":{"duration":"PT15S","schema":2}})", ""},
           {"sleep", R"({"type":"idleex","spec":{"duration":"PT14.9S"}})", "PT15S at least"},
           {"sleep", R"({"type":"idle","spec":{"duration":"PT3601S"}})", "PT1H at most"},
           {"sleep", R"({"type":"idlebgm","spec":{"duration":"PT20S"}})", "does not do idlebgm"},
           {"snooze", R"({"type":"idle","spec":{"duration":"PT1M"}})", ""},
           {"snooze", R"({"type":"idle","spec":{"duration":"PT61S"}})", "PT1M at most"},
           {"snooze", R"({"type":"idle","spec":{"duration":"P"}})", "duration"},
           {"snooze", R"({"type":"idle","spec":{"duration":"PT1S","schema":3}})", "up to schema 2"},
           {"sleepbgm", R"({"type":"idlebgm","spec":{"duration":"PT1M"}})", ""},
           {"sleepbgm", R"({"type":"idlebgm","spec":{"duration":"PT1M","interval":"PT0S"}})", "too short"},
           {"passthrough", R"({"type":"noop","spec":{}})", ""},
           {"passthrough", R"({"type":"noop","spec":{"schema":2}})", "up to schema 1"},
           {"psclock", R"({"type":"clock","spec":{"dest":"h","schema":2}})", ""},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","schema":4}})", ""},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","schema":5}})", "up to schema 4"},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","flow-label":1}})", "ip-version 6"},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","flow-label":1,"ip-version":6}})", ""},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","protocol":"twamp","schema":2}})",
            "icmp only, not twamp"},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","protocol":"icmp","schema":2}})", ""},
           {"ping", R"({"type":"rtt","spec":{"dest":"h","port":80,"schema":4}})", "no port"},
           {"halfping", R"({"type":"rtt","spec":{"dest":"h"}})", "does not do rtt"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","schema":5}})", "up to schema 4"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","protocol":"icmp","schema":4}})", ""},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","protocol":"owamp","schema":4}})",
            "icmp only, not owamp"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","flip":false,"output-raw":false}})", ""},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","source":"s","flip":true}})", "(flip)"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","output-raw":true}})", "(output-raw)"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","reverse":true,"schema":2}})", "(reverse)"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","traverse-nat":true,"schema":3}})",
            "(traverse-nat)"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","ctrl-port":861}})",
            "no port, so no ctrl-port"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","packet-interval":0.0005}})",
            "0.001 at least"},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","packet-padding":65471}})", ""},
           {"halfping", R"({"type":"latency","spec":{"dest":"h","packet-padding":65472}})",
            "65471 bytes at most"},
       }) {
    const auto outcome = call("tool", tool, "can-run", test);
    ASSERT_EQ(outcome.status, 0) << test;
    const auto& answer = *outcome.document;
    EXPECT_EQ(answer["can-run"], *reason == '\0') << test << " " << answer;
    if (*reason != '\0') {
      EXPECT_THAT(answer["reasons"].dump(), HasSubstr(reason));
    }
  }
}

std::string formatted(const std::string& test, const std::string& result,
                      const std::string& type = "text/plain") {
  const auto outcome = call("test", test, "result-format", R"({"spec":{},"result":)" + result + "}", {type});
  return outcome.status == 0 ? outcome.text : "FAILED: " + outcome.errors;
}

TEST(ResultFormat, RttIsALineATrip) {
  const std::string result =
      R"({"schema":1,"succeeded":true,"loss":0.75,"sent":4,"received":1,"lost":3,"reorders":0,
      "duplicates":0,"min":"PT0.0123456S","mean":"PT0.0123456S","max":"PT0.0123456S","stddev":"P0D","roundtrips":[
      {"seq":1,"length":64,"ip":"192.0.2.9","hostname":"h1.example","ttl":61,"rtt":"PT0.012345S"},{"seq":2},
      {"seq":3,"ip":"192.0.2.1","error":"net-unreachable"},
      {"seq":4,"ip":"192.0.2.2","hostname":"r<2>","message":"Time to live exceeded"}]})";
  EXPECT_EQ(formatted("rtt", result),
            "1       h1.example (192.0.2.9)  64 Bytes  TTL 61  RTT 12.3450 ms\n"
            "2       No Response\n"
            "3       192.0.2.1  Net unreachable\n"
            "4       r<2> (192.0.2.2)  Time to live exceeded\n"
            "\n"
            "75% Packet Loss  RTT Min/Mean/Max/StdDev = 12.3450/12.3450/12.3450/0.0000 ms");
  const auto html = formatted("rtt", result, "text/html");
  EXPECT_THAT(html, HasSubstr("<td>r&lt;2&gt; (192.0.2.2)</td>"));
  EXPECT_THAT(html, HasSubstr("<tr><th>Packet Loss</th><td>75%</td></tr>"));
}

TEST(ResultFormat, RttWithoutAnyReply) {
  EXPECT_EQ(formatted("rtt", R"({"succeeded":true,"loss":1,"sent":1,"roundtrips":[{"seq":1}]})"),
            "1       No Response\n\n100% Packet Loss  RTT Min/Mean/Max/StdDev = None/None/None/None ms");
}

TEST(ResultFormat, RefusesAResultThatIsNone) {
  EXPECT_THAT(formatted("rtt", R"({"succeeded":true,"loss":100,"roundtrips":[]})"), HasSubstr("At /loss"));
}

TEST(ResultFormat, ClockHasABlockForEachEnd) {
  EXPECT_EQ(formatted("clock", R"({"succeeded":true,"difference":"PT0.004S",
      "local":{"time":"2026-05-01T10:00:00.123456+00:00","synchronized":true,"source":"ntp","reference":"stratum 1",
               "offset":1.5e-05},
      "remote":{"time":"2026-05-01T10:00:00.127456+00:00","synchronized":false}})"),
            "Local:\n"
            "  Time ........... 2026-05-01T10:00:00.123456+00:00\n"
            "  Synchronized ... ntp, stratum 1\n"
            "  Offset ......... 1.5e-05\n"
            "\n"
            "Remote:\n"
            "  Time ........... 2026-05-01T10:00:00.127456+00:00\n"
            "  Synchronized ... No\n"
            "\n"
            "Difference ... PT0.004S");
}

TEST(ResultFormat, IdleTestsAreOneLine) {
  EXPECT_EQ(formatted("idle", R"({"succeeded":true,"duration":"PT5S"})"), "Idled for 5 seconds");
  EXPECT_EQ(formatted("idleex", R"({"succeeded":true,"duration":"PT1M"})"), "Idled for 1 minute");
  EXPECT_EQ(formatted("idlebgm", R"({"succeeded":true,"time-slept":"PT1S"})"), "Idled for 1 second");
  EXPECT_EQ(formatted("idle", R"({"succeeded":true,"duration":"PT5S"})", "text/html"),
            "<table>\n<tr><th>Idled for</th><td>5 seconds</td></tr>\n</table>");
}

TEST(ResultFormat, NoopIsItsData) {
  EXPECT_EQ(Json::parse(formatted("noop", R"({"succeeded":true,"data":{"a":[1,"<b>"]}})")),
            Json::parse(R"({"a":[1,"<b>"]})"));
  EXPECT_THAT(formatted("noop", R"({"succeeded":true,"data":"<b>"})", "text/html"), HasSubstr("&lt;b&gt;"));
}

TEST(ResultFormat, ShowsFailuresOfEveryTest) {
  for (const auto* plugin : native_catalogue().tests) {
    const auto text =
        formatted(std::string(plugin->identity.name), R"({"succeeded":false,"error":"It broke."})");
    EXPECT_EQ(text, "The test failed: It broke.") << plugin->identity.name;
  }
}

}  // namespace
}  // namespace pscheduler::plugins
