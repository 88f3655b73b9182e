// The test trace and its tools: specs, commands, slots and how results are shown.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "tool/tracepath/tracepath_command.hpp"
#include "tool/traceroute/traceroute_command.hpp"

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

sdk::Outcome call(std::string plugin_class, std::string plugin, std::string method, std::string_view input,
                  std::vector<std::string> arguments = {}) {
  static sdk::Dispatcher dispatcher(native_catalogue());
  return dispatcher.call_text(
      {std::move(plugin_class), std::move(plugin), std::move(method), std::move(arguments)}, input);
}

struct SpecCase {
  const char* spec;
  const char* error;  // what the error starts with; empty for a valid spec
};

TEST(TraceSpec, IsJudgedWithFieldValueAndRemedy) {
  for (const auto& [spec, error] : std::initializer_list<SpecCase>{
           {R"({"dest":"h.example"})", ""},
           {R"({"dest":"h.example","other":1})", ""},
           {R"({"dest":"h.example","flow-label":7,"schema":2})", ""},
           {R"({"dest":"h.example","hops":255,"first-ttl":255,"ip-tos":255,"length":65535})", ""},
           {R"({})", "At /"},
           {R"({"dest":"h.example","schema":3})", "At /schema"},
           {R"({"dest":"h.example","probe-type":"sctp"})", "At /probe-type"},
           {R"({"dest":"h.example","queries":0})", "At /queries: 0"},
           {R"({"dest":"h.example","wait":"2"})", "At /wait"},
           {R"({"dest":"h.example","flow-label":0,"schema":2})", "At /flow-label"},
           {R"({"dest":"h.example","hops":256})",
            "At /hops: 256 is more than a packet can say; give 255 at most."},
           {R"({"dest":"h.example","ip-tos":256})", "At /ip-tos: 256"},
           {R"({"dest":"h.example","length":65536})", "At /length: 65536"},
           {R"({"dest":"h.example","flow-label":1048576,"schema":2})", "At /flow-label: 1048576"},
           {R"({"dest":"h.example","first-ttl":9,"hops":8})",
            "At /first-ttl: 9 is beyond the last hop; give 8"},
           {R"({"dest":"h.example","dest-port":0})", "At /dest-port: 0"},
           {R"({"dest":"::1","ip-version":4})", "At /dest: ::1 is no IPv4 address"},
           {R"({"dest":"h.example","source":"127.0.0.1","ip-version":6})", "At /source: 127.0.0.1"},
           {R"({"dest":"127.0.0.1","flow-label":7,"schema":2})", "At /flow-label: IPv4 has none"},
           {R"({"dest":"h.example","ip-version":4,"flow-label":7,"schema":2})",
            "At /flow-label: IPv4 has none"},
       }) {
    const auto outcome = call("test", "trace", "spec-is-valid", spec);
    ASSERT_EQ(outcome.status, 0) << spec;
    EXPECT_EQ((*outcome.document)["valid"], *error == '\0') << spec << *outcome.document;
    if (*error != '\0') {
      EXPECT_THAT(outcome.document->value("error", ""), StartsWith(error));
    }
  }
}

TEST(TraceSpec, RaisesItsSchemaForAFlowLabelOnly) {
  EXPECT_EQ(*call("test", "trace", "cli-to-spec", R"(["--dest","h","--no-fragment","--no-as"])").document,
            Json::parse(R"({"as":false,"dest":"h","fragment":false,"schema":1})"));
  EXPECT_EQ(
      (*call("test", "trace", "cli-to-spec", R"(["--dest","h","--flow-label","7"])").document)["schema"], 2);
}

TEST(TraceSpec, IsLedByTheSource) {
  const auto lead = [](const char* spec) {
    return (*call("test", "trace", "participants", spec).document)["participants"][0];
  };
  EXPECT_EQ(lead(R"({"dest":"d","source":"s","source-node":"n:4443"})"), "n:4443");
  EXPECT_EQ(lead(R"({"dest":"d","source":"s"})"), "s");
  EXPECT_TRUE(lead(R"({"dest":"d"})").is_null());
}

struct Refusal {
  const char* tool;
  const char* spec;
  const char* reason;  // empty: it can run
};

TEST(TraceTools, SayWhatTheyCannot) {
  for (const auto& [tool, spec, reason] : std::initializer_list<Refusal>{
           {"traceroute", R"({"dest":"h","flow-label":7,"schema":2,"ip-tos":8,"source":"s","fragment":true})",
            ""},
           {"traceroute", R"({"dest":"h","hops":40,"first-ttl":31})", ""},
           {"traceroute", R"({"dest":"h","schema":3})", "up to schema 2"},
           {"traceroute", R"({"dest":"h","algorithm":"paris-traceroute"})", "so not paris-traceroute"},
           {"traceroute", R"({"dest":"h","queries":3})", "not 3 times (queries)"},
           {"traceroute", R"({"dest":"h","first-ttl":31})", "beyond the last of 30 hops"},
           {"traceroute", R"({"dest":"h","probe-type":"icmp","dest-port":9})", "ICMP probes have no port"},
           {"tracepath", R"({"dest":"h","hops":9,"length":28,"dest-port":9,"source":"s","fragment":false})",
            ""},
           {"tracepath", R"({"dest":"h","schema":2})", "up to schema 1"},
           {"tracepath", R"({"dest":"h","algorithm":"x"})", "so not x"},
           {"tracepath", R"({"dest":"h","probe-type":"tcp"})", "udp probes only, not tcp"},
           {"tracepath", R"({"dest":"h","length":27})", "give 28 at least"},
           {"tracepath", R"({"dest":"h","fragment":true})", "(fragment)"},
           {"tracepath", R"({"dest":"h","queries":2})", "(queries)"},
           {"tracepath", R"({"dest":"h","wait":"PT1S"})", "no option for wait"},
           {"tracepath", R"({"dest":"h","first-ttl":2})", "no option for first-ttl"},
       }) {
    const auto outcome =
        call("tool", tool, "can-run", std::string(R"({"type":"trace","spec":)") + spec + "}");
    ASSERT_EQ(outcome.status, 0) << spec;
    EXPECT_EQ((*outcome.document)["can-run"], *reason == '\0') << spec << *outcome.document;
    if (*reason != '\0') {
      EXPECT_THAT((*outcome.document)["reasons"].dump(), HasSubstr(reason));
    }
  }
}

TEST(TraceTools, KeepTheTimeTheyNeed) {
  for (const auto& [tool, spec, slot] : std::initializer_list<Refusal>{
           {"traceroute", R"({"dest":"h"})", "PT8S"},
           {"traceroute", R"({"dest":"h","wait":"PT5S","sendwait":"PT0.1S"})", "PT16S"},
           {"traceroute", R"({"dest":"h","hostnames":false,"as":false})", "PT7S"},
           {"tracepath", R"({"dest":"h"})", "PT1M41S"},
           {"tracepath", R"({"dest":"h","hostnames":false,"as":false})", "PT1M35S"},
           {"tracepath", R"({"dest":"h","hops":2,"hostnames":false,"as":false})", "PT11S"},
       }) {
    const auto outcome =
        call("tool", tool, "duration", std::string(R"({"type":"trace","spec":)") + spec + "}");
    EXPECT_EQ((*outcome.document)["duration"], slot) << tool << spec;
  }
  EXPECT_THAT(
      call("tool", "traceroute", "can-run", R"({"type":"trace","spec":{"dest":"h","sendwait":"P10000000D"}})")
          .document->dump(),
      HasSubstr("longest that can be scheduled"));
}

std::string traceroute_command(const char* text) {
  const auto spec = Json::parse(text);
  const auto times = traceroute_times(spec);
  const auto route = find_route(spec);
  return times && route ? sdk::command_text(traceroute_words(spec, *times, *route)) : "unusable";
}

TEST(TraceTools, PassOnEverythingTheSpecSays) {
  EXPECT_EQ(traceroute_command(R"({"dest":"192.0.2.1"})"), "traceroute -q 1 -4 -N 30 -n -- 192.0.2.1");
  EXPECT_EQ(
      traceroute_command(R"({"schema":2,"dest":"::1","source":"::1","probe-type":"tcp","fragment":false,
                "flow-label":7,"first-ttl":2,"hops":40,"dest-port":443,"ip-tos":32,"wait":"PT1.5S",
                "sendwait":"PT0.01S","length":100})"),
      "traceroute -q 1 -6 -T -F -l 7 -f 2 -s ::1 -m 40 -N 40 -n -p 443 -t 32 -w 1.5 -z 0.01 -- ::1 100");
  EXPECT_EQ(traceroute_command(R"({"dest":"192.0.2.1","probe-type":"icmp","sendwait":"PT20S"})"),
            "traceroute -q 1 -4 -I -N 30 -n -z 20000 -- 192.0.2.1");
  const auto spec = Json::parse(R"({"dest":"::1","length":1000,"hops":9,"dest-port":33999})");
  EXPECT_EQ(sdk::command_text(tracepath_words(spec, *find_route(spec))),
            "tracepath -n -6 -m 9 -l 1000 -p 33999 -- ::1");
}

TEST(TraceTools, MergeToPathsOrTheReasonWhyNot) {
  for (const auto* tool : {"traceroute", "tracepath"}) {
    EXPECT_EQ(*call("tool", tool, "merged-results",
                    R"({"test":{},"results":[{"succeeded":true,"result":{"paths":[[{}]],"more":1}}]})")
                   .document,
              Json::parse(R"({"schema":1,"succeeded":true,"paths":[[{}]]})"));
    EXPECT_EQ(*call("tool", tool, "merged-results",
                    R"({"test":{},"results":[{"succeeded":false,"result":null,"error":"E","diags":"D"}]})")
                   .document,
              Json::parse(R"({"schema":1,"succeeded":false,"error":"E","diags":"D"})"));
    EXPECT_EQ(
        (*call("tool", tool, "merged-results", R"({"test":{},"results":[{"succeeded":true,"result":{}}]})")
              .document)["succeeded"],
        false);
  }
}

std::string formatted(const std::string& spec, const std::string& paths,
                      const std::string& type = "text/plain") {
  const auto outcome =
      call("test", "trace", "result-format",
           R"({"spec":)" + spec + R"(,"result":{"succeeded":true,"paths":)" + paths + "}}", {type});
  return outcome.status == 0 ? outcome.text : "FAILED: " + outcome.errors;
}

constexpr const char* kPath = R"([[{},{"ip":"10.1.1.1","rtt":"PT0.0123S","hostname":"<x>.example","mtu":1500,
    "as":{"number":64500,"owner":"EX, US"}},{},{"ip":"10.1.1.2","rtt":"PT3S","error":"host-unreachable"},
    {"ip":"10.1.1.3"}]])";

TEST(TraceFormat, HasALineAHopAndOneForItsSystem) {
  EXPECT_EQ(formatted(R"({"first-ttl":2})", kPath),
            "1       Not Asked\n"
            "2       <x>.example (10.1.1.1) 12.3 ms mtu 1500\n"
            "          AS64500 EX, US\n"
            "3       No Response\n"
            "4       10.1.1.2 3000.0 ms Host unreachable\n"
            "5       10.1.1.3");
  EXPECT_EQ(formatted("{}", "[[{}]]"), "1       No Response");
  EXPECT_EQ(formatted("{}", "[]"), "No path was found.");
}

TEST(TraceFormat, NumbersSeveralPaths) {
  EXPECT_EQ(formatted("{}", R"([[{"ip":"::1"}],[{}]])"),
            "Path 1:\n1       ::1\n\nPath 2:\n1       No Response");
  EXPECT_THAT(formatted("{}", R"([[{"ip":"::1"}],[{}]])", "text/html"), HasSubstr("<h4>Path 2</h4>"));
}

TEST(TraceFormat, IsATableInHtml) {
  EXPECT_THAT(formatted(R"({"first-ttl":2})", kPath, "text/html"),
              HasSubstr("<tr><td>2</td><td>&lt;x&gt;.example (10.1.1.1)</td><td>12.3 ms</td><td>1500</td>"
                        "<td>AS64500 EX, US</td><td></td></tr>"));
  EXPECT_THAT(formatted("{}", R"([[{"ip":"::1"}]])", "text/html"),
              HasSubstr("<th>Hop</th><th>Host</th><th>RTT</th><th>Remark</th>"));
}

}  // namespace
}  // namespace pscheduler::plugins
