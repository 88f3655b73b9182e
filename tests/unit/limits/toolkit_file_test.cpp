// A whole file in the style of the one that the perfSONAR toolkit installs, and what it decides.

#include <fstream>
#include <sstream>

#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

std::string toolkit_text() {
  std::ostringstream text;
  text << std::ifstream(std::string(PSCHEDULER_SOURCE_DIR) + "/tests/fixtures/limits/toolkit-style.conf")
              .rdbuf();
  return text.str();
}

constexpr std::size_t kResearchNetworks = 4;  // the index of its identifier

constexpr const char* kStranger = "203.0.113.5";
constexpr const char* kResearcher = "198.51.100.5";
constexpr const char* kExcluded = "198.51.100.200";
constexpr const char* kPrivate = "10.1.2.3";
constexpr const char* kBogon = "192.0.2.66";
constexpr const char* kUnanswered = "192.0.2.67";
constexpr const char* kThisHost = "192.0.2.10";

class ToolkitFile : public testing::Test {
 protected:
  ToolkitFile() {
    world_.local.addresses = {*IpAddress::parse(kThisHost)};
    world_.lists[kResearchNetworks] =
        std::make_shared<const NetworkSet>(std::vector<Cidr>{Cidr(*IpAddress::parse("198.51.100.0"), 24)});
    const auto bogon = std::vector<std::string>{"127.0.0.2"};
    world_.dns["66.2.0.192.v4.fullbogons.cymru.com"] = bogon;
    world_.dns["3.2.1.10.v4.fullbogons.cymru.com"] = bogon;
    world_.dns["67.2.0.192.v4.fullbogons.cymru.com"] = fail(Errc::timed_out, "no answer");
  }

  Decision decide(const Json& test, const std::string& requester) {
    const Json task = {{"schema", 1}, {"test", test}, {"schedule", Json::object()}};
    return world_.decide(parsed(toolkit_text()), task, {{"requester", requester}, {"server", kThisHost}});
  }

  // The priority of a run.
  double priority(const Json& test, const std::string& requester, const Json& requested = nullptr) {
    Json task = {{"schema", 1}, {"test", test}, {"schedule", Json::object()}};
    task["run_schedule"] = {{"start", "2030-01-02T03:04:05Z"}, {"duration", "PT1M"}};
    if (!requested.is_null()) task["priority"] = requested;
    const auto decision =
        world_.decide(parsed(toolkit_text()), task, {{"requester", requester}}, false, true);
    EXPECT_TRUE(decision.passed) << decision.diags;
    text_ = decision.diags;
    return decision.priority.value_or(-1);
  }

  World world_;
  std::string text_;
};

Json rtt() {
  return {{"type", "rtt"}, {"spec", {{"dest", "ps.example.net"}}}};
}

Json throughput(Json spec) {
  return {{"type", "throughput"}, {"spec", std::move(spec)}};
}

TEST_F(ToolkitFile, LoadsWithoutAnythingToSay) {
  const auto loaded = world_.load_file(toolkit_text());
  for (const auto& problem : loaded.problems) ADD_FAILURE() << to_text(problem);
  for (const auto& warning : loaded.warnings) ADD_FAILURE() << to_text(warning);
}

TEST_F(ToolkitFile, KnowsWhoAsks) {
  const auto groups = [this](const char* requester) {
    const auto decision = decide(rtt(), requester);
    const auto begin = decision.diags.find("Classified as ");
    return decision.diags.substr(begin, decision.diags.find('\n', begin) - begin);
  };
  EXPECT_EQ(groups(kStranger), "Classified as default");
  EXPECT_EQ(groups(kThisHost), "Classified as default, friendlies, priority-positive");
  EXPECT_EQ(groups(kResearcher), "Classified as default, friendlies");
  EXPECT_EQ(groups(kExcluded), "Classified as default");
  EXPECT_EQ(groups(kPrivate), "Classified as default") << "a bogon that is excluded";
  EXPECT_EQ(groups(kBogon), "Classified as default, hostiles");
  EXPECT_EQ(groups(kUnanswered), "Classified as default") << "fail-result";
}

TEST_F(ToolkitFile, DecidesAsItIsWritten) {
  EXPECT_TRUE(decide(rtt(), kStranger).passed);
  EXPECT_FALSE(decide(rtt(), kBogon).passed);
  EXPECT_NE(decide(rtt(), kBogon).diags.find("nothing to do with"), std::string::npos);
  EXPECT_FALSE(decide({{"type", "disk-to-disk"}, {"spec", Json::object()}}, kStranger).passed);
  EXPECT_TRUE(decide({{"type", "disk-to-disk"}, {"spec", Json::object()}}, kResearcher).passed);
  EXPECT_TRUE(decide(throughput({{"udp", true}, {"bandwidth", "50M"}}), kStranger).passed);
  const auto greedy = decide(throughput({{"udp", true}, {"bandwidth", "51M"}}), kStranger);
  EXPECT_FALSE(greedy.passed);
  EXPECT_NE(greedy.diags.find("UDP of more than 50 Mb/s"), std::string::npos) << greedy.diags;
  EXPECT_FALSE(decide(throughput({{"udp", true}}), kPrivate).passed);
  EXPECT_TRUE(decide(throughput({{"udp", true}}), kThisHost).passed);
}

TEST_F(ToolkitFile, RewritesWhatStrangersAskFor) {
  const auto cut = decide(throughput({{"duration", "PT10M"}}), kStranger);
  EXPECT_TRUE(cut.passed) << cut.diags;
  EXPECT_EQ((*cut.task)["test"]["spec"]["duration"], "PT60S");
  EXPECT_EQ((*cut.task)["schedule"]["slip"], "PT5M");
  EXPECT_NE(cut.diags.find("Throughput was cut to 60 seconds\n  Slip was added"), std::string::npos)
      << cut.diags;
  const auto left = decide(throughput({{"duration", "PT10M"}}), kResearcher);
  EXPECT_EQ((*left.task)["test"]["spec"]["duration"], "PT10M");
  const auto rejected = decide(throughput({{"source", "reject.example.org"}}), kResearcher);
  EXPECT_FALSE(rejected.passed);
  EXPECT_NE(rejected.diags.find("no tests from 198.51.100.5"), std::string::npos) << rejected.diags;
}

TEST_F(ToolkitFile, SaysWhoGoesFirst) {
  EXPECT_EQ(priority(rtt(), kStranger), 0);
  EXPECT_EQ(priority(throughput(Json::object()), kStranger), 10);
  EXPECT_EQ(priority(throughput(Json::object()), kResearcher), 15);
  EXPECT_EQ(priority(throughput(Json::object()), kStranger, 3), 3);
  EXPECT_EQ(priority(rtt(), kStranger, -7), -7);
  EXPECT_EQ(priority(rtt(), kResearcher, 99), 5);
  EXPECT_NE(text_.find("requested is too high"), std::string::npos) << text_;
  EXPECT_EQ(priority(rtt(), kThisHost, 99), 99);
}

}  // namespace
}  // namespace pscheduler::limits
