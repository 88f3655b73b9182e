// The tools of the test throughput: what they refuse, how long they take, what they call, and what they read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "shared/iperf2_output.hpp"
#include "shared/iperf3_output.hpp"
#include "shared/program_version.hpp"
#include "shared/throughput_result.hpp"
#include "tool/iperf2/iperf2_command.hpp"
#include "tool/iperf3/iperf3_command.hpp"
#include "tool/nuttcp/nuttcp_command.hpp"
#include "tool/nuttcp/nuttcp_output.hpp"

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;

Json call(const std::string& tool, const std::string& method, const std::string& spec) {
  sdk::Dispatcher dispatcher(native_catalogue());
  const auto outcome =
      dispatcher.call_text({"tool", tool, method, {}}, R"({"type":"throughput","spec":)" + spec + "}");
  return outcome.document ? *outcome.document : Json(outcome.errors);
}

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(FIXTURES) + "/throughput/" + name);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

struct Case {
  const char* tool;
  const char* spec;
  const char* text;
};

TEST(ThroughputSlot, IsThatOfPscheduler) {
  for (const auto& [tool, spec, slot] : std::initializer_list<Case>{
           {"iperf3", R"({"dest":"h"})", "PT19S"},
           {"iperf3", R"({"dest":"h","duration":"PT30S","omit":"PT5S","link-rtt":"PT0.05S","schema":3})",
            "PT41S"},
           {"iperf2", R"({"dest":"h"})", "PT16S"},
           {"nuttcp", R"({"dest":"h"})", "PT16S"},
           {"nuttcp", R"({"dest":"h","duration":"PT3.9S"})", "PT9S"}}) {
    EXPECT_EQ(call(tool, "duration", spec), (Json{{"duration", slot}})) << tool << spec;
  }
}

TEST(ThroughputCanRun, GivesEachReasonWithItsRemedy) {
  for (const auto& [tool, spec, reason] : std::initializer_list<Case>{
           {"iperf3", R"({"dest":"h"})", ""},
           {"iperf3", R"({"dest":"h","no-delay":true})", "iperf3 has nothing for no-delay; leave it out."},
           {"iperf3", R"({"dest":"h","bandwidth":1,"fq-rate":1,"schema":7})", "leave one of them out"},
           {"iperf3", R"({"dest":"h","parallel":129})", "a parallel of 129; give 1 to 128."},
           {"iperf3", R"({"dest":"h","duration":"PT0.5S"})", "duration of PT0.5S; give PT1S to P1D."},
           {"iperf3", R"({"dest":"h","interval":"PT2M"})", "interval of PT2M; give PT0.1S to PT1M."},
           {"iperf3", R"({"dest":"h","udp":true,"buffer-length":65508})", "give 16 to 65507."},
           {"iperf3", R"({"dest":"h","flow-label":7,"ip-version":4})", "needs ip-version 6"},
           {"iperf3", R"({"dest":"h","omit":"PT11M"})", "PT10M at most"},
           {"iperf3", R"({"dest":"h","schema":8})", "up to schema 7"},
           {"nuttcp", R"({"dest":"h","reverse":true})", ""},
           {"nuttcp", R"({"dest":"h","omit":"PT1S"})", "nothing for omit"},
           {"nuttcp", R"({"dest":"h","bandwidth":999})", "bandwidth of 999; give 1000 to"},
           {"nuttcp", R"({"dest":"h","congestion":"bbr"})", "nothing for congestion"},
           {"iperf2", R"({"dest":"h","udp":true,"bandwidth":1000})", ""},
           {"iperf2", R"({"dest":"h","bandwidth":1000})", "add udp or give an fq-rate"},
           {"iperf2", R"({"dest":"h","reverse":true})", "nothing for reverse"}}) {
    const auto answer = call(tool, "can-run", spec);
    EXPECT_EQ(answer["can-run"], *reason == '\0') << tool << spec << answer;
    if (*reason != '\0') {
      EXPECT_THAT(answer["reasons"].dump(), HasSubstr(reason));
    }
  }
}

std::string iperf3_client(const char* spec_text, bool old_padding = false) {
  const auto spec = Json::parse(spec_text);
  const auto route = iperf3_route(spec);
  if (!route) return route.error().message;
  std::optional<Iperf3ClientKeys> keys;
  if (old_padding) keys = Iperf3ClientKeys{"pub.pem", "user"};
  return sdk::command_text(
      iperf3_client_words(spec, {{}, "iperf3", old_padding, 5201}, *route, keys, std::chrono::seconds(7)));
}

TEST(Iperf3Command, OfTheClientSaysWhatTheSpecSays) {
  EXPECT_EQ(iperf3_client(R"({"dest":"h.example"})"),
            "iperf3 -p 5201 -c h.example -t 10 --json --connect-timeout 7000");
  EXPECT_EQ(
      iperf3_client(R"({"dest":"192.0.2.9","source":"192.0.2.1","duration":"PT3.7S","zero-copy":false})"),
      "iperf3 -p 5201 -B 192.0.2.1 -c 192.0.2.9 -t 3 --json --connect-timeout 7000");
  EXPECT_EQ(iperf3_client(R"({"dest":"h","source":"s","local-address":"l","ip-version":6,"interval":"PT0.5S",
      "parallel":3,"window-size":65536,"mss":1400,"omit":"PT2S","bandwidth":1000000,"udp":true,
      "buffer-length":1000,"ip-tos":32,"congestion":"bbr","zero-copy":true,"flow-label":7,"reverse":true})",
                          true),
            "iperf3 --use-pkcs1-padding -p 5201 -6 -B l -c h -t 10 --json -i 0.5 -P 3 -w 65536 -M 1400 -O 2 "
            "-b 1000000 -u -l 1000 -S 32 -C bbr -Z -L 7 -R --rsa-public-key-path pub.pem --username user "
            "--connect-timeout 7000");
  EXPECT_THAT(iperf3_client(R"({"dest":"192.0.2.9","source":"2001:db8::1"})"), HasSubstr("no common"));
}

TEST(Iperf3Command, OfTheServerWaitsLongerThanTheTest) {
  const auto spec = Json::parse(R"({"dest":"192.0.2.9","source":"192.0.2.1","duration":"PT1S"})");
  const auto route = iperf3_route(spec);
  ASSERT_TRUE(route);
  EXPECT_EQ(
      sdk::command_text(iperf3_server_words(spec, {{"numactl", "-C", "1"}, "iperf3", false, 5202}, *route,
                                            Iperf3ServerKeys{"users", "key.pem"},
                                            std::chrono::milliseconds(6500))),
      "numactl -C 1 iperf3 -s -1 --idle-timeout 7 --json -p 5202 -B 192.0.2.9 --authorized-users-path users "
      "--rsa-private-key-path key.pem");
}

TEST(Iperf3Command, EncryptsAsTheOtherEndCanRead) {
  EXPECT_TRUE(needs_old_padding("3.17", "3.12"));
  EXPECT_TRUE(needs_old_padding("3.18+", ""));
  EXPECT_FALSE(needs_old_padding("3.18", "3.17"));
  EXPECT_FALSE(needs_old_padding("3.12", "3.12"));
  EXPECT_FALSE(needs_old_padding("3.9", "3.18"));
}

TEST(Iperf3Output, TakesUdpLossFromWhereItIs) {
  const auto client = parse_iperf3_output(fixture("iperf3-udp-loss-client.json"));
  ASSERT_FALSE(client.measured.is_null()) << client.error;
  const auto& sum = client.measured["summary"]["summary"];
  EXPECT_EQ(sum["lost"], 161833);
  EXPECT_EQ(sum["sent"], 293160);
  EXPECT_DOUBLE_EQ(sum["jitter"].get<double>(), 0.014555062826313714);
  EXPECT_GT(sum["throughput-bits"], sum["receiver-throughput-bits"]);
  EXPECT_EQ(client.measured["summary"]["streams"][1]["lost"], 85468);
  EXPECT_EQ(client.measured["requested-tcp-window-size"], 4096);
}

TEST(Iperf3Output, HasEachStreamOfEachInterval) {
  const auto client = parse_iperf3_output(fixture("iperf3-tcp2-client.json"));
  const auto& intervals = client.measured["intervals"];
  ASSERT_EQ(intervals.size(), 3u) << client.error;
  EXPECT_EQ(intervals[0]["streams"].size(), 2u);
  EXPECT_EQ(intervals[0]["summary"]["omitted"], true);
  EXPECT_EQ(intervals[2]["streams"][0]["omitted"], false);
  EXPECT_TRUE(intervals[2]["streams"][0].contains("tcp-window-size"));
  EXPECT_TRUE(intervals[2]["streams"][0].contains("rtt"));
  EXPECT_TRUE(client.measured["summary"]["streams"][1].contains("receiver-throughput-bits"));
  EXPECT_EQ(client.measured["mss"], 32768);
  EXPECT_EQ(client.measured["mtu"], 65535);
}

TEST(Iperf3Output, GivesErrorsInIperf3sWords) {
  EXPECT_THAT(parse_iperf3_output(fixture("iperf3-congestion-client.json")).error,
              HasSubstr("unable to set TCP_CONGESTION"));
  EXPECT_TRUE(parse_iperf3_output("").is_empty);
  EXPECT_EQ(parse_iperf3_output("iperf3: parameter error\n").error, "iperf3: parameter error");
  EXPECT_THAT(parse_iperf3_output("{\"start\": {").error, HasSubstr("not whole"));
  EXPECT_EQ(parse_iperf3_output("warning\n{\"end\":{}}").error, "iperf3 printed no summary.");
}

TEST(Iperf3Output, KeepsTheSystemToItself) {
  EXPECT_EQ(without_system_info("{\"system_info\":\t\"Linux \\\"x\\\" 6.1\", \"a\": 1}"),
            "{\"system_info\":\t\"REDACTED\", \"a\": 1}");
  EXPECT_EQ(without_system_info("\"system_info\": \"cut"), "\"system_info\": \"cut");
}

Json ends(const std::string& name) {
  Json results = Json::array();
  for (const auto* end : {"client", "server"}) {
    auto output = parse_iperf3_output(fixture("iperf3-" + name + "-" + end + ".json"));
    results.push_back(throughput_succeeded(std::move(output.measured), std::string(end) + "'s output"));
  }
  return results;
}

TEST(ThroughputMerge, IsWhatTheSenderSaidWithWhatArrived) {
  const Json test = {{"type", "throughput"}, {"spec", {{"dest", "h"}, {"udp", true}}}};
  const auto merged = merge_throughput(test, ends("udp-loss"), Knows::sender_most);
  EXPECT_EQ(merged["succeeded"], true) << merged;
  EXPECT_EQ(merged["intervals"][0]["summary"]["sent"], 293160);
  EXPECT_EQ(merged["intervals"][0]["summary"]["lost"], 161833);
  EXPECT_EQ(merged["intervals"][0]["streams"][0]["lost"], 76365);
  EXPECT_EQ(merged["diags"],
            "Participant 0 (client):\nclient's output\n\nParticipant 1 (server):\nserver's output");
}

TEST(ThroughputMerge, InReverseIsTheServersWithTheClientsView) {
  Json test = {{"type", "throughput"}, {"spec", {{"dest", "h"}, {"reverse", true}}}};
  const auto tcp = merge_throughput(test, ends("reverse"), Knows::sender_most);
  EXPECT_EQ(tcp["intervals"][0]["summary"]["retransmits"], 14) << tcp;
  EXPECT_DOUBLE_EQ(tcp["summary"]["summary"]["receiver-throughput-bits"].get<double>(), 18518418409.12136);
  EXPECT_DOUBLE_EQ(tcp["summary"]["summary"]["throughput-bits"].get<double>(), 18493496173.209675);
  test["spec"]["udp"] = true;
  const auto udp = merge_throughput(test, ends("udp-reverse"), Knows::sender_most);
  EXPECT_EQ(udp["summary"]["summary"]["lost"], 231357);
  EXPECT_EQ(udp["summary"]["streams"][0]["lost"], 231357);
  EXPECT_EQ(udp["summary"]["summary"]["sent"], 332630);
}

TEST(ThroughputMerge, ManagesWithTheClientAlone) {
  for (const auto& [name, reverse] : {std::pair{"tcp2", false}, std::pair{"reverse", true}}) {
    const Json test = {{"spec", {{"dest", "h"}, {"reverse", reverse}}}};
    auto results = ends(name);
    results[1] = nullptr;
    EXPECT_EQ(merge_throughput(test, results, Knows::sender_most)["succeeded"], true) << name;
    results[1] = {{"succeeded", true}};  // all a server of another version says
    EXPECT_EQ(merge_throughput(test, results, Knows::sender_most)["succeeded"], true) << name;
  }
}

TEST(ThroughputMerge, NamesWhatWentWrongAtEachEnd) {
  const Json test = {{"spec", {{"dest", "h"}}}};
  const auto both = merge_throughput(
      test, {throughput_failed("No server.", "c"), throughput_failed("Port taken.", "s")}, Knows::client_all);
  EXPECT_EQ(both["error"], "The client: No server.\nThe server: Port taken.");
  EXPECT_EQ(both["succeeded"], false);
  const auto gone = merge_throughput(test, {nullptr, throughput_served("s")}, Knows::client_all);
  EXPECT_EQ(gone["error"], "The client: gave no result.");
  EXPECT_EQ(merge_throughput(test, Json(), Knows::sender_most)["succeeded"], false);
  EXPECT_EQ(merge_throughput(test, {{{"succeeded", true}}, nullptr}, Knows::sender_most)["succeeded"], false);
}

std::string nuttcp_client(const char* spec_text, ProgramVersion version = {6, 1}) {
  const auto spec = Json::parse(spec_text);
  const auto route = nuttcp_route(spec);
  if (!route) return route.error().message;
  return sdk::command_text(nuttcp_client_words(spec, {{}, "nuttcp", 5001, 5101}, *route, version));
}

TEST(NuttcpCommand, SaysWhatTheSpecSays) {
  EXPECT_EQ(nuttcp_client(R"({"dest":"192.0.2.9"})"), "nuttcp -p 5101 -P 5001 -4 -T 10 192.0.2.9");
  EXPECT_EQ(nuttcp_client(R"({"dest":"::1","source":"::1","interval":"PT1S","parallel":2,"window-size":1025,
      "mss":1400,"bandwidth":5000000,"udp":true,"buffer-length":1000,"ip-tos":32,"reverse":true})"),
            "nuttcp -p 5101 -P 5001 -6 -T 10 -i1 -N 2 -w 2 -M 1400 -R5000 -u -l 1000 -c32T -r ::1");
  EXPECT_EQ(nuttcp_client(R"({"dest":"::1","udp":true,"bandwidth":5000000,"bandwidth-strict":true,
      "burst-size":10,"reverse-connections":true})",
                          {8, 2}),
            "nuttcp -p 5101 -P 5001 -6 -T 10 -Ri5000/10 -u -j -F ::1");
  EXPECT_EQ(sdk::command_text(nuttcp_server_words({{}, "nuttcp", 5001, 5101}, {"::1", sdk::IpFamily::v6})),
            "nuttcp -S -1 --nofork -p 5101 -P 5001 -6");
}

TEST(NuttcpOutput, OfEachVersionIsRead) {
  const auto old = parse_nuttcp_output(
      " 6292.5000 MB /   1.00 sec = 52783.4156 Mbps     0 retrans\n"
      " 4073.6250 MB /   1.01 sec = 34170.1981 Mbps     3 retrans\n\n"
      "23551.9375 MB /   2.01 sec = 65859.2175 Mbps 31 %TX 40 %RX 3 retrans 0.06 msRTT\n");
  ASSERT_EQ(old["intervals"].size(), 2u);
  EXPECT_DOUBLE_EQ(old["intervals"][1]["summary"]["start"].get<double>(), 1.0);
  EXPECT_DOUBLE_EQ(old["intervals"][1]["summary"]["end"].get<double>(), 2.01);
  EXPECT_EQ(old["intervals"][1]["streams"][0]["retransmits"], 3);
  EXPECT_DOUBLE_EQ(old["summary"]["summary"]["throughput-bits"].get<double>(), 65859217500.0);
  EXPECT_DOUBLE_EQ(old["summary"]["summary"]["rtt"].get<double>(), 60.0);
  const auto recent = parse_nuttcp_output(
      " 1.0 MB /   1.00 sec =    8.3886 Mbps     1 retrans    320 KB-cwnd\n"
      " 1.0 MB /   1.00 sec =    8.3886 Mbps 1 %TX 1 %RX 1 retrans    330 KB-cwnd 0.06 msRTT\n");
  EXPECT_EQ(recent["intervals"][0]["summary"]["tcp-window-size"], 327680);
  const auto udp = parse_nuttcp_output(
      "    2.9922 MB /   0.50 sec =   50.1946 Mbps     2 /   383 ~drop/pkt  0.00 ~%loss\n"
      "    5.9609 MB /   1.00 sec =   50.1513 Mbps 98 %TX 0 %RX 3 / 763 drop/pkt 0.39 %loss 0.0123 "
      "msMaxJitter\n");
  EXPECT_EQ(udp["intervals"][0]["summary"]["lost"], 2);
  EXPECT_EQ(udp["summary"]["summary"]["sent"], 763);
  EXPECT_DOUBLE_EQ(udp["summary"]["summary"]["jitter"].get<double>(), 0.0123);
  const auto parallel = parse_nuttcp_output(" 1 MB / 1.00 sec = 8.4 Mbps 71 %TX 97 %RX 0.04 msRTT\n");
  EXPECT_EQ(parallel["intervals"].size(), 1u);
  EXPECT_FALSE(parallel["summary"]["summary"].contains("retransmits"));
}

TEST(NuttcpOutput, SurvivesNonsense) {
  for (const auto* text : {"", "\n", "1 MB / 1 sec = x Mbps 1 %TX", "1 MB / nan sec = 1 Mbps 1 %TX",
                           "1 MB / 1 sec = 1 Xbps 1 %TX", "1 MB / 1 sec = 1 Mbps 0 retrans"})
    EXPECT_TRUE(parse_nuttcp_output(text).is_null()) << text;
}

TEST(Iperf2Command, SaysWhatTheSpecSays) {
  const auto spec =
      Json::parse(R"({"dest":"::1","udp":true,"interval":"PT1S","parallel":2,"window-size":65536,
      "bandwidth":5000000,"buffer-length":1000,"local-address":"::1","congestion":"bbr","ip-version":6})");
  const auto route = iperf2_route(spec);
  ASSERT_TRUE(route);
  EXPECT_EQ(
      sdk::command_text(iperf2_client_words(spec, "iperf", 5001, *route)),
      "iperf -e --format b -p 5001 -c ::1 -t 10 -m -u -i 1 -P 2 -w 65536 -b 5000000 -l 1000 -B ::1 -Z bbr "
      "-V");
  EXPECT_EQ(sdk::command_text(iperf2_server_words(spec, "iperf", 5001, *route)),
            "iperf -s -e --format b -p 5001 -u -l 1000 -w 65536 -P 2 -i 1 -V");
  EXPECT_FALSE(iperf2_route({{"dest", "::1"}, {"ip-version", 4}}));
}

TEST(Iperf2Output, HasStreamsIntervalsAndSummary) {
  const auto output = parse_iperf2_output(fixture("iperf2-tcp-client.txt"));
  ASSERT_FALSE(output.measured.is_null());
  const auto& intervals = output.measured["intervals"];
  ASSERT_EQ(intervals.size(), 2u) << output.measured;
  EXPECT_EQ(intervals[0]["streams"].size(), 2u);
  EXPECT_EQ(intervals[0]["summary"]["throughput-bits"], 2729444288.0);
  EXPECT_EQ(intervals[1]["streams"][0]["stream-id"], "2");
  EXPECT_EQ(intervals[1]["streams"][1]["tcp-window-size"], 1278000);
  EXPECT_EQ(intervals[1]["streams"][1]["rtt"], 361.0);
  EXPECT_EQ(output.measured["summary"]["summary"]["retransmits"], 84);
  EXPECT_EQ(output.measured["summary"]["streams"].size(), 2u);
  EXPECT_EQ(output.measured["mss"], 32741);
}

TEST(Iperf2Output, TakesUdpLossFromTheServersReports) {
  const auto output = parse_iperf2_output(fixture("iperf2-udp-client.txt"));
  ASSERT_TRUE(output.has_server_report);
  const auto& summary = output.measured["summary"];
  EXPECT_EQ(summary["summary"]["lost"], 11449 + 11215) << output.measured;
  EXPECT_EQ(summary["summary"]["sent"], 68030);
  EXPECT_EQ(summary["streams"][0]["stream-id"], "2");
  EXPECT_EQ(summary["streams"][0]["lost"], 11215);
  EXPECT_EQ(summary["summary"]["receiver-throughput-bits"], 265376774.0 + 268259404.0);
  EXPECT_EQ(output.measured["intervals"].size(), 2u);
}

TEST(Iperf2Output, OfServersIsReadToo) {
  const auto output = parse_iperf2_output(fixture("iperf2-tcp-server.txt"));
  EXPECT_EQ(output.measured["summary"]["summary"]["throughput-bits"], 2623978973.0);
  EXPECT_EQ(output.measured["intervals"].size(), 2u);
}

TEST(Iperf2Output, WithoutIntervalsIsItsOwnInterval) {
  const auto output = parse_iperf2_output(
      "TCP window size: 425984 Byte (WARNING: requested 212992 Byte)\n"
      "[  1] 0.0000-2.0020 sec  24004919356 Bytes  95921645502 bits/sec  183143/0         40     "
      "4732K/63(37) us  "
      "190320725\n");
  EXPECT_EQ(output.measured["requested-tcp-window-size"], 212992);
  EXPECT_EQ(output.measured["tcp-window-size"], 425984);
  EXPECT_EQ(output.measured["intervals"][0], output.measured["summary"]);
  EXPECT_EQ(output.measured["summary"]["summary"]["retransmits"], 40);
}

TEST(Iperf2Output, WithoutASummaryIsTheMeanOfItsIntervals) {
  const auto output = parse_iperf2_output(
      "[  1] 0.00-1.00 sec  1 Bytes  100 bits/sec  1/0 0 1K/1(1) us 1\n"
      "[  1] 1.00-2.00 sec  1 Bytes  300 bits/sec  1/0 0 1K/1(1) us 1\n");
  EXPECT_EQ(output.measured["summary"]["summary"]["throughput-bits"], 200.0);
  EXPECT_EQ(output.measured["summary"]["summary"]["end"], 2.0);
}

TEST(Iperf2Output, SurvivesNonsense) {
  for (const auto* text :
       {"", "[", "[  1]", "[  1] x-y sec 1 Bytes 1 bits/sec", "[ CT] final", "Server Report:"})
    EXPECT_TRUE(parse_iperf2_output(text).measured.is_null()) << text;
}

TEST(ProgramVersion, IsFoundInWhatProgramsPrint) {
  EXPECT_EQ(parse_program_version("iperf 3.12 (cJSON 1.7.15)"), (ProgramVersion{3, 12}));
  EXPECT_EQ(parse_program_version("nuttcp-6.1.2\n"), (ProgramVersion{6, 1}));
  EXPECT_EQ(parse_program_version("iperf 3.18+"), (ProgramVersion{3, 18}));
  EXPECT_EQ(parse_program_version("64 bit"), (ProgramVersion{}));
  EXPECT_EQ(parse_program_version(""), (ProgramVersion{}));
}

}  // namespace
}  // namespace pscheduler::plugins
