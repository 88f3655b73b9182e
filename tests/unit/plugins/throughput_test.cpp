// The test throughput: what may be asked for, who takes part, and how the result reads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

sdk::Outcome call(const std::string& method, const std::string& input, std::vector<std::string> words = {}) {
  sdk::Dispatcher dispatcher(native_catalogue());
  return dispatcher.call_text({"test", "throughput", method, std::move(words)}, input);
}

struct Words {
  const char* words;
  const char* spec;
};

TEST(ThroughputCommandLine, MakesTheLowestSpecThatSaysIt) {
  for (const auto& [words, spec] : std::initializer_list<Words>{
           {R"(["--dest","h","-t","30","-i",1,"-O","PT2S"])",
            R"({"dest":"h","duration":"PT30S","interval":"PT1S","omit":"PT2S","schema":1})"},
           {R"(["--destination","h","-b","1.1G","-w","4Mi","-u"])",
            R"({"bandwidth":1100000000,"dest":"h","schema":1,"udp":true,"window-size":4194304})"},
           {R"(["-d","h","--flow-label","7"])", R"({"dest":"h","flow-label":7,"ip-version":6,"schema":1})"},
           {R"(["-d","h","--congestion","bbr"])", R"({"congestion":"bbr","dest":"h","schema":1})"},
           {R"(["-d","h","--single-ended"])", R"({"dest":"h","schema":2,"single-ended":true})"},
           {R"(["-d","h","--link-rtt","50"])", R"({"dest":"h","link-rtt":"PT0.05S","schema":3})"},
           {R"(["-d","h","--congestion","dctcp"])", R"({"congestion":"dctcp","dest":"h","schema":4})"},
           {R"(["-d","h","--loopback"])", R"({"dest":"h","loopback":true,"schema":5})"},
           {R"(["-d","h","--reverse-connections"])", R"({"dest":"h","reverse-connections":true,"schema":6})"},
           {R"(["-d","h","--fq-rate","10M"])", R"({"dest":"h","fq-rate":10000000,"schema":7})"}}) {
    const auto outcome = call("cli-to-spec", words);
    ASSERT_EQ(outcome.status, 0) << words << outcome.errors;
    EXPECT_EQ(outcome.document->dump(), Json::parse(spec).dump());
  }
}

TEST(ThroughputCommandLine, SaysWhatIsWrongWithANumber) {
  EXPECT_EQ(call("cli-to-spec", R"(["-d","h","-b","fast"])").errors,
            "--bandwidth: \"fast\" is not a whole number of 64 bits, or one with a unit as in 10M; give for "
            "example --bandwidth 100M.");
  EXPECT_THAT(call("cli-to-spec", R"(["-d","h","-b","10E9"])").errors, HasSubstr("\"10E9\" is not"));
  EXPECT_THAT(call("cli-to-spec", R"(["-d","h","-b","100Y"])").errors, HasSubstr("\"100Y\" is not"));
  EXPECT_EQ(call("cli-to-spec", R"(["-d","h","-t","-5"])").errors,
            "--duration: \"-5\" is not a duration, ISO 8601 or a whole number of seconds; give for example "
            "--duration PT30S.");
}

struct Spec {
  const char* spec;
  const char* error;  // what it starts with; empty for a valid one
};

TEST(ThroughputSpec, IsJudgedByVersion) {
  for (const auto& [spec, error] : std::initializer_list<Spec>{
           {R"({"dest":"h"})", ""},
           {R"({"source":"h"})", "At /"},
           {R"([])", "At /"},
           {R"({"dest":"h","bandwidth":"1G"})", "At /bandwidth"},
           {R"({"dest":"h","parallel":0})", "At /parallel: 0"},
           {R"({"dest":"h","duration":"10"})", "At /duration"},
           {R"({"dest":"h","single-ended":true})", "At /single-ended"},
           {R"({"dest":"h","single-ended":true,"schema":2})", ""},
           {R"({"dest":"h","single-ended":true,"single-ended-port":70000,"schema":2})",
            "At /single-ended-port: 70000 is no port; give 1 to 65535"},
           {R"({"dest":"h","congestion":"dctcp","schema":3})", "At /congestion"},
           {R"({"dest":"h","congestion":"dctcp","schema":4})", ""},
           {R"({"dest":"h","loopback":true,"single-ended":true,"schema":5})",
            "At /loopback: true goes not together with single-ended"},
           {R"({"dest":"h","loopback":true,"single-ended":false,"schema":5})", ""},
           {R"({"dest":"h","client-cpu-affinity":-1})", "At /client-cpu-affinity: -1 is no processor"},
           {R"({"dest":"h","fq-rate":1,"schema":6})", "At /fq-rate"},
           {R"({"dest":"h","fq-rate":1,"schema":7})", ""},
           {R"({"dest":"h","schema":8})", "At /schema"}}) {
    const auto outcome = call("spec-is-valid", spec);
    ASSERT_EQ(outcome.status, 0) << spec;
    EXPECT_EQ((*outcome.document)["valid"], *error == '\0') << spec << *outcome.document;
    if (*error != '\0') {
      EXPECT_THAT(outcome.document->value("error", ""), StartsWith(error));
    }
  }
}

TEST(ThroughputParticipants, AreBothEndsUnlessOneDoesAll) {
  for (const auto& [spec, participants] : std::initializer_list<Words>{
           {R"({"dest":"d"})", R"([null,"d"])"},
           {R"({"dest":"d","source":"s","dest-node":"n:4443"})", R"(["s","n:4443"])"},
           {R"({"dest":"d","source":"s","source-node":"m"})", R"(["m","d"])"},
           {R"({"dest":"d","single-ended":true,"schema":2})", R"([null])"},
           {R"({"dest":"d","single-ended":false,"schema":2})", R"([null,"d"])"},
           {R"({"dest":"d","source":"s","loopback":true,"schema":5})", R"(["s"])"}}) {
    const auto outcome = call("participants", spec);
    ASSERT_EQ(outcome.status, 0) << spec << outcome.errors;
    EXPECT_EQ((*outcome.document)["participants"], Json::parse(participants)) << spec;
  }
}

std::string formatted(const std::string& spec, const std::string& result,
                      const std::string& type = "text/plain") {
  const auto outcome = call("result-format", R"({"spec":)" + spec + R"(,"result":)" + result + "}", {type});
  return outcome.status == 0 ? outcome.text : "FAILED: " + outcome.errors;
}

constexpr const char* kTcp = R"({"succeeded":true,"diags":"","mss":1448,"mtu":1500,
  "tcp-window-size":8388608,"requested-tcp-window-size":4194304,
  "intervals":[
   {"streams":[{"stream-id":5,"start":0,"end":1,"throughput-bits":9.41e9,"retransmits":2,"rtt":1250,
                "tcp-window-size":916760}],"summary":{"start":0,"end":1,"throughput-bits":9.41e9}},
   {"streams":[{"stream-id":5,"start":0,"end":1,"throughput-bits":1e9,"retransmits":0,"rtt":1000,
                "tcp-window-size":90000,"omitted":true}],"summary":{}}],
  "summary":{"streams":[{"stream-id":5,"start":0,"end":10,"throughput-bits":9.38e9,"retransmits":7}],
             "summary":{"start":0,"end":10,"throughput-bits":9.38e9,"retransmits":7,
                        "receiver-throughput-bits":9.37e9}}})";

TEST(ThroughputResult, IsATableOfIntervalsAndASummary) {
  EXPECT_EQ(formatted(R"({"dest":"h"})", kTcp),
            "* Stream ID 5\n"
            "Interval       Throughput     Retransmits    Current Window RTT\n"
            "0.0 - 1.0      1.00 Gbps      0              90.00 KBytes   1.000 ms       (omitted)\n"
            "0.0 - 1.0      9.41 Gbps      2              916.76 KBytes  1.250 ms\n"
            "\n"
            "Summary\n"
            "Interval       Throughput     Retransmits    Receiver Throughput\n"
            "0.0 - 10.0     9.38 Gbps      7              9.37 Gbps\n"
            "\n"
            "MSS: 1448 bytes\n"
            "MTU: 1500 bytes\n"
            "TCP Window Size: 8.39 MBytes (requested: 4.19 MBytes)");
}

TEST(ThroughputResult, IsTablesInHtml) {
  const auto html = formatted(R"({"dest":"h"})", kTcp, "text/html");
  EXPECT_THAT(html, HasSubstr("<h4>* Stream ID 5</h4>"));
  EXPECT_THAT(html, HasSubstr("<th>Receiver Throughput</th>"));
  EXPECT_THAT(html, HasSubstr("<tr><td>0.0 - 10.0</td><td>9.38 Gbps</td><td>7</td><td>9.37 Gbps</td></tr>"));
  EXPECT_THAT(html, HasSubstr("<tr><th>MTU</th><td>1500 bytes</td></tr>"));
}

TEST(ThroughputResult, TellsTheLossesOfUdpByStream) {
  EXPECT_EQ(formatted(R"({"dest":"h","udp":true})",
                      R"({"succeeded":true,"diags":"","intervals":[
     {"streams":[{"stream-id":"1","start":0,"end":1,"throughput-bits":500,"sent":10},
                 {"stream-id":"2","start":0,"end":1,"throughput-bits":500000,"sent":10}],
      "summary":{"start":0,"end":1,"throughput-bits":500500,"sent":20}}],
     "summary":{"streams":[{"stream-id":"1","start":0,"end":1,"throughput-bits":500,"sent":10,"lost":1,
                            "jitter":0.0076},
                           {"stream-id":"2","start":0,"end":1,"throughput-bits":500000,"sent":10,"lost":0}],
                "summary":{"start":0,"end":1,"throughput-bits":500500,"sent":20,"lost":1,"jitter":0.01}}})"),
            "* Stream ID 1\n"
            "Interval       Throughput     Lost / Sent\n"
            "0.0 - 1.0      500.00 bps     10 sent\n"
            "\n"
            "* Stream ID 2\n"
            "Interval       Throughput     Lost / Sent\n"
            "0.0 - 1.0      500.00 Kbps    10 sent\n"
            "\n"
            "* All Streams\n"
            "Interval       Throughput     Lost / Sent\n"
            "0.0 - 1.0      500.50 Kbps    20 sent\n"
            "\n"
            "Summary\n"
            "Stream ID      Interval       Throughput     Lost / Sent     Jitter\n"
            "1              0.0 - 1.0      500.00 bps     1 / 10 (10.00%) 0.008 ms\n"
            "2              0.0 - 1.0      500.00 Kbps    0 / 10 (0.00%)  Not Reported\n"
            "All            0.0 - 1.0      500.50 Kbps    1 / 20 (5.00%)  0.010 ms");
}

TEST(ThroughputResult, SurvivesWhatOtherToolsLeaveOut) {
  EXPECT_EQ(formatted(R"({"dest":"h"})", R"({"succeeded":true,"diags":"","intervals":[],
              "summary":{"streams":[],"summary":{}}})"),
            "Summary\n"
            "Interval       Throughput     Retransmits\n"
            "Not Reported   Not Reported   Not Reported");
}

TEST(ThroughputSpec, ReadsWithUnits) {
  EXPECT_EQ(
      call("spec-format", R"({"dest":"h","duration":"PT30S","bandwidth":2500000,"mss":1400,"udp":true})")
          .text,
      "Destination ... h\n"
      "Duration ...... 30 seconds\n"
      "UDP ........... True\n"
      "Bandwidth ..... 2.50 Mbps\n"
      "MSS ........... 1400 bytes");
}

}  // namespace
}  // namespace pscheduler::plugins
