// The tools that measure through BWCTL, run with stand-ins for its programs, and the detection of its daemon.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "live/https_node.hpp"
#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"
#include "pscheduler/plugin_sdk/temp_dir.hpp"
#include "unit/plugins/fixture.hpp"

namespace pscheduler::plugins {
namespace {

using test::kClasses;
using test::recorded;
using test::run_input;
using test::run_method;
using testing::HasSubstr;
using testing::StartsWith;

// The far host, which no interface is configured for and so counts as another machine: its bwctld, if there
// is one, accepts connections and says nothing.
constexpr const char* kFar = "127.0.0.2";

class FarEnd {
 public:
  FarEnd() : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, kFar, &address.sin_addr);
    bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }

  void listen() { ::listen(socket_.get(), 16); }

  // Further connections get no answer.
  void listen_in_vain() {
    constexpr int kMoreThanItTakes = 4;
    ::listen(socket_.get(), 0);
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    for (int i = 0; i < kMoreThanItTakes; ++i) {
      waiting_.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      connect(waiting_.back().get(), reinterpret_cast<const sockaddr*>(&address), size);
    }
  }

  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  sdk::Fd socket_;
  std::uint16_t port_ = 0;
  std::vector<sdk::Fd> waiting_;
};

class BwctlRun : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = sdk::TempDir::create();
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
  }

  // A program that notes its arguments, does what the first script says, prints a recorded run and does the
  // last.
  void stand_in(const std::string& program, const std::string& output, const std::string& errors,
                const std::string& last = "exit 0", const std::string& first = ":") {
    write("stdout", output);
    write("stderr", errors);
    write(program, "#!/bin/sh\ncd " + folder_->path().string() + "\nprintf '%s\\n' \"$*\" >arguments\n" +
                       first + "\ncat stdout\ncat stderr >&2\n" + last + "\n");
    std::filesystem::permissions(folder_->path() / program, std::filesystem::perms::owner_all);
  }

  // One that does not end by itself, and says when it is asked to.
  void stand_in_for_ever(const std::string& program, const std::string& errors) {
    stand_in(program, "", errors, "sleep 300 & wait", "trap 'echo asked >ended; exit 1' TERM");
  }

  void stand_in_recorded(const std::string& program, const std::string& name) {
    stand_in(program, recorded("bwctl/" + name), recorded("bwctl/" + name, "stderr"));
  }

  Json method(const std::string& path, const Json& input) {
    write("bwctl.conf", "[bwctl]\nport = " + far_.port() + "\n" + config_);
    const auto command = "PATH=" + folder_->path().string() +
                         ":$PATH PSCHEDULER_TOOL_CONFIG=" + folder_->path().string() + " exec " +
                         (kClasses / path).string();
    const auto outcome = run_method("/bin/sh", input.dump(), {"-c", command});
    EXPECT_EQ(outcome.status, 0) << outcome.errors;
    return Json::parse(outcome.output, nullptr, false);
  }

  Json can_run(const std::string& tool, const std::string& type, const Json& spec) {
    return method("tool/" + tool + "/can-run", {{"type", type}, {"spec", spec}});
  }

  Json participants(const std::string& test, const Json& spec) {
    return method("test/" + test + "/participants", spec)["participants"];
  }

  Json run(const std::string& tool, const std::string& type, const Json& spec,
           const std::string& slot = "PT1M8S") {
    const auto input = run_input(type, spec, slot);
    return test::merged(tool, input["test"], Json::array({method("tool/" + tool + "/run", input)}));
  }

  [[nodiscard]] std::string file(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_->path() / name).rdbuf();
    return text.str();
  }

  // The far end as it is named to BWCTL: with the port, since that is not the usual one.
  [[nodiscard]] std::string far_name() const { return std::string(kFar) + ":" + far_.port(); }

  FarEnd far_;
  std::string config_;  // further lines of bwctl.conf

 private:
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_->path() / name) << text;
  }

  std::optional<sdk::TempDir> folder_;
};

TEST_F(BwctlRun, IsChosenForAHostThatHasBwctlAlone) {
  far_.listen();
  stand_in("bwping", "", "");
  stand_in("bwtraceroute", "", "");
  EXPECT_EQ(can_run("bwctlping", "rtt", {{"dest", kFar}})["can-run"], true);
  EXPECT_EQ(can_run("bwctltraceroute", "trace", {{"dest", kFar}})["can-run"], true);
  EXPECT_EQ(can_run("bwctltracepath", "trace", {{"dest", kFar}})["can-run"], true);
  EXPECT_EQ(can_run("bwctlping", "rtt", {{"source", kFar}, {"dest", "127.0.0.1"}})["can-run"], true);
  EXPECT_THAT(can_run("bwctlping", "rtt", {{"dest", "127.0.0.1"}})["reasons"].dump(), HasSubstr("Both ends"));
  EXPECT_THAT(can_run("bwctlping", "rtt", {{"source", kFar}, {"dest", kFar}})["reasons"].dump(),
              HasSubstr("Neither"));
}

TEST_F(BwctlRun, TakesOverThroughputInBothDirections) {
  far_.listen();
  stand_in("bwctl", "", "");
  const Json there = {{"dest", kFar}};
  const Json back = {{"source", kFar}, {"dest", "127.0.0.1"}};
  for (const auto& spec : {there, back}) {
    EXPECT_EQ(can_run("bwctliperf3", "throughput", spec)["can-run"], true);
    EXPECT_EQ(can_run("bwctliperf2", "throughput", spec)["can-run"], true);
    for (const auto* tool : {"iperf3", "nuttcp", "iperf2"}) {
      EXPECT_THAT(can_run(tool, "throughput", spec)["reasons"].dump(), HasSubstr("only tools that use BWCTL"))
          << tool;
    }
  }
  EXPECT_EQ(participants("throughput", there), Json::parse("[null]"));
  EXPECT_EQ(participants("throughput", back), Json::parse(R"(["127.0.0.1"])"));
  EXPECT_EQ(participants("throughput", {{"dest", "127.0.0.1"}}), Json::parse(R"([null, "127.0.0.1"])"));
}

TEST_F(BwctlRun, LeavesHostsThatHavePschedulerToIt) {
  far_.listen();
  stand_in("bwctl", "", "");
  const test::HttpsNode node(kFar, "/pscheduler/", "\"This is a pScheduler\"");
  const Json spec = {{"dest", kFar}, {"dest-node", node.address()}, {"schema", 1}};
  EXPECT_EQ(participants("throughput", spec), Json::array({nullptr, node.address()}));
  EXPECT_THAT(can_run("bwctliperf3", "throughput", spec)["reasons"].dump(),
              HasSubstr("Both ends have pScheduler"));
  EXPECT_EQ(can_run("iperf3", "throughput", spec)["can-run"], true);

  const test::HttpsNode other(kFar, "/else/", "");
  EXPECT_EQ(participants("throughput", {{"dest", kFar}, {"dest-node", other.address()}, {"schema", 1}}),
            Json::parse("[null]"));
}

TEST_F(BwctlRun, DoesNotWaitForHostsThatKeepSilent) {
  far_.listen_in_vain();
  stand_in("bwctl", "", "");
  EXPECT_EQ(participants("throughput", {{"dest", kFar}}), Json::array({nullptr, kFar}));
  EXPECT_EQ(file("arguments"), "");
}

TEST_F(BwctlRun, IsLookedForFromTheAddressOfTheLead) {
  far_.listen();
  stand_in("bwctl", "", "");
  // From IPv6 there is no way to an IPv4 address.
  for (const auto& [from, expected] :
       {std::pair{"127.0.0.1", "[null]"}, std::pair{"::1", R"([null,"127.0.0.2"])"}}) {
    setenv("PSCHEDULER_LEAD_BIND_HACK", from, 1);
    EXPECT_EQ(participants("throughput", {{"dest", kFar}}), Json::parse(expected)) << from;
    unsetenv("PSCHEDULER_LEAD_BIND_HACK");
  }
}

TEST_F(BwctlRun, CanBeSwitchedOff) {
  far_.listen();
  stand_in("bwctl", "", "");
  stand_in("bwping", "", "");
  config_ = "enabled = no\n";
  EXPECT_EQ(participants("throughput", {{"dest", kFar}}), Json::array({nullptr, kFar}));
  EXPECT_THAT(can_run("bwctlping", "rtt", {{"dest", kFar}})["reasons"].dump(), HasSubstr("switched off"));
  config_ = "source_only = yes\n";
  EXPECT_EQ(participants("throughput", {{"dest", kFar}}), Json::parse("[null]"));
  EXPECT_THAT(can_run("bwctlping", "rtt", {{"dest", kFar}})["reasons"].dump(), HasSubstr("source_only"));
}

TEST_F(BwctlRun, IsNotChosenWhereNothingListensOrNothingIsInstalled) {
  EXPECT_THAT(can_run("bwctlping", "rtt", {{"dest", kFar}})["reasons"].dump(),
              HasSubstr("bwping is not installed"));
  stand_in("bwping", "", "");
  EXPECT_THAT(can_run("bwctlping", "rtt", {{"dest", kFar}})["reasons"].dump(),
              HasSubstr("127.0.0.2 has neither pScheduler nor BWCTL on port " + far_.port()));
  EXPECT_EQ(file("arguments"), "");
}

TEST_F(BwctlRun, IsLedByTheDestinationWhenTheSourceHasBwctlAlone) {
  const Json spec = {{"source", kFar}, {"dest", "127.0.0.1"}};
  EXPECT_EQ(method("test/rtt/participants", spec)["participants"], Json::parse(R"(["127.0.0.2"])"));
  far_.listen();
  stand_in("bwping", "", "");
  stand_in("bwtraceroute", "", "");
  for (const auto* test : {"rtt", "trace"}) {
    EXPECT_EQ(method(std::string("test/") + test + "/participants", spec)["participants"],
              Json::parse(R"(["127.0.0.1"])"));
    EXPECT_EQ(method(std::string("test/") + test + "/participants", {{"dest", kFar}})["participants"],
              Json::parse("[null]"));
  }
}

TEST_F(BwctlRun, PingsTheFarEndAndFromThere) {
  far_.listen();
  stand_in_recorded("bwping", "ping");
  const auto there = run("bwctlping", "rtt", {{"dest", kFar}, {"count", 3}});
  EXPECT_EQ(there["succeeded"], true) << there;
  EXPECT_EQ(there["received"], 3);
  EXPECT_EQ(there["roundtrips"][0]["rtt"], "PT0.000035S");
  EXPECT_EQ(file("arguments"), "-T ping -L 58 -N 3 -i 1.0 -c " + far_name() + "\n");
  stand_in_recorded("bwping", "ping-from-remote");
  EXPECT_EQ(run("bwctlping", "rtt", {{"source", kFar}, {"dest", "127.0.0.1"}, {"count", 3}})["succeeded"],
            true);
  EXPECT_EQ(file("arguments"), "-T ping -L 58 -N 3 -i 1.0 -s " + far_name() + "\n");
}

TEST_F(BwctlRun, MeasuresThroughputWithEitherTool) {
  far_.listen();
  // A recorded run began when it was recorded.
  auto recorded_run = recorded("bwctl/iperf3-tcp");
  recorded_run.replace(recorded_run.find("start_tool: ") + 12, 10, "2208988800");
  stand_in("bwctl", recorded_run, "");
  const auto iperf3 = run("bwctliperf3", "throughput", {{"dest", kFar}, {"duration", "PT3S"}});
  EXPECT_EQ(iperf3["succeeded"], true) << iperf3;
  EXPECT_EQ(iperf3["summary"]["summary"]["retransmits"], 62);
  EXPECT_EQ(file("arguments"), "-v -T iperf3 -L 58 -c " + far_name() + " -t 3 --parsable\n");
  stand_in_recorded("bwctl", "iperf2-udp");
  const auto iperf2 =
      run("bwctliperf2", "throughput", {{"source", kFar}, {"dest", "127.0.0.1"}, {"udp", true}});
  EXPECT_EQ(iperf2["succeeded"], true) << iperf2;
  EXPECT_EQ(iperf2["summary"]["summary"]["sent"], 4084);
  EXPECT_EQ(file("arguments"), "-T iperf -L 58 -s " + far_name() + " -t 10 -u\n");
}

TEST_F(BwctlRun, FailsWhenTheToolBeganTooLate) {
  far_.listen();
  auto late = recorded("bwctl/iperf3-tcp");
  late.replace(late.find("start_tool: ") + 12, 10, "9999999999");
  stand_in("bwctl", late, "");
  EXPECT_THAT(run("bwctliperf3", "throughput", {{"dest", kFar}}).value("error", ""),
              HasSubstr("BWCTL began "));
}

TEST_F(BwctlRun, NamesTheEndWithPschedulerOnlyIfItHasBwctlToo) {
  far_.listen();
  stand_in_recorded("bwping", "ping");
  const test::HttpsNode node(kFar, "/pscheduler/", "1");
  const Json spec = {{"source", kFar}, {"source-node", node.address()}, {"dest", kFar}, {"count", 3}};
  EXPECT_EQ(run("bwctlping", "rtt", spec)["succeeded"], true);
  EXPECT_EQ(file("arguments"), "-T ping -L 58 -N 3 -i 1.0 -s " + far_name() + " -c " + far_name() + "\n");
}

TEST_F(BwctlRun, EndsWithItsSlot) {
  far_.listen();
  stand_in_for_ever("bwctl", "");
  EXPECT_THAT(run("bwctliperf2", "throughput", {{"dest", kFar}}, "PT3S").value("error", ""),
              HasSubstr("took longer than"));
  EXPECT_EQ(file("ended"), "asked\n");
}

TEST_F(BwctlRun, LeavesSourcesWithBwctlAloneToIt) {
  far_.listen();
  stand_in("bwping", "", "");
  stand_in("bwtraceroute", "", "");
  const Json from_there = {{"source", kFar}, {"dest", "127.0.0.1"}};
  for (const auto& [tool, test] :
       {std::pair{"ping", "rtt"}, std::pair{"traceroute", "trace"}, std::pair{"tracepath", "trace"}}) {
    EXPECT_THAT(can_run(tool, test, from_there)["reasons"].dump(), HasSubstr("only tools that use BWCTL"));
    EXPECT_EQ(can_run(tool, test, {{"dest", kFar}})["can-run"], true) << tool;
  }
}

TEST_F(BwctlRun, TracesWithEitherTool) {
  far_.listen();
  for (const auto* tool : {"traceroute", "tracepath"}) {
    stand_in_recorded("bwtraceroute", tool);
    const auto result = run(std::string("bwctl") + tool, "trace", {{"dest", kFar}});
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["paths"][0][0]["ip"], "127.0.0.1");
    EXPECT_THAT(file("arguments"), StartsWith(std::string("-T ") + tool + " -L 58 -y a"));
  }
}

TEST_F(BwctlRun, FailsWithWhatBwctlSaid) {
  far_.listen();
  stand_in_recorded("bwping", "bwping-refused");
  EXPECT_EQ(run("bwctlping", "rtt", {{"dest", kFar}})["error"],
            "bwping: Unable to connect to 127.0.0.1:4999");
  stand_in("bwping", recorded("bwctl/ping"), "bad value\n", "exit 1");
  EXPECT_EQ(run("bwctlping", "rtt", {{"dest", kFar}})["error"], "bad value");
  stand_in("bwping", "\nSENDER START\ngarbage\n\nSENDER END\n", "");
  EXPECT_EQ(run("bwctlping", "rtt", {{"dest", kFar}})["error"], "BWCTL's ping printed nothing usable.");
  stand_in("bwtraceroute", "\nSENDER START\ngarbage\n\nSENDER END\n", "");
  EXPECT_EQ(run("bwctltraceroute", "trace", {{"dest", kFar}})["error"], "BWCTL's traceroute named no hops.");
}

TEST_F(BwctlRun, EndsWhatWouldBeginTooLate) {
  far_.listen();
  stand_in_for_ever("bwping", "bwping: 300 seconds until test results available\n");
  EXPECT_THAT(run("bwctlping", "rtt", {{"dest", kFar}}).value("error", ""),
              HasSubstr("1 minute is the most that is waited"));
  EXPECT_EQ(file("ended"), "asked\n");
}

TEST_F(BwctlRun, SaysWhenBwctlIsNotCalledForAnyMore) {
  stand_in("bwping", "", "");
  EXPECT_THAT(run("bwctlping", "rtt", {{"dest", kFar}}).value("error", ""),
              HasSubstr("has neither pScheduler nor BWCTL"));
}

}  // namespace
}  // namespace pscheduler::plugins
