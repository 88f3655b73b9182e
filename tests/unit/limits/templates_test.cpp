// The templates that are delivered decide as their comments say, and without warnings.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "pscheduler/time/iso8601.hpp"
#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

namespace fs = std::filesystem;

std::string template_text(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(fs::path(PSCHEDULER_SOURCE_DIR) / "etc/limits" / (name + ".conf")).rdbuf();
  return text.str();
}

class Templates : public testing::Test {
 protected:
  bool passes(const std::string& name, const Json& test, const std::string& requester,
              const std::string& start = "", const std::string& duration = "PT1M") {
    Json task = {{"schema", 1}, {"test", test}, {"schedule", Json::object()}};
    if (!start.empty()) task["run_schedule"] = {{"start", start}, {"duration", duration}};
    const auto decision =
        world_.decide(parsed(template_text(name)), task, {{"requester", requester}}, start.empty());
    text_ = decision.diags;
    return decision.passed;
  }

  World world_;
  std::string text_;
};

Json rtt() {
  return {{"type", "rtt"}, {"spec", {{"dest", "x"}}}};
}

Json throughput(const Json& spec) {
  return {{"type", "throughput"}, {"spec", spec}};
}

TEST_F(Templates, LoadWithoutAnythingToSay) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(PSCHEDULER_SOURCE_DIR) / "etc/limits")) {
    const auto loaded = world_.load_file(template_text(entry.path().stem()));
    for (const auto& problem : loaded.problems) ADD_FAILURE() << entry.path() << ": " << to_text(problem);
    for (const auto& warning : loaded.warnings) ADD_FAILURE() << entry.path() << ": " << to_text(warning);
    ++count;
  }
  EXPECT_EQ(count, 5);
}

TEST_F(Templates, OpenTestPoint) {
  const std::string name = "open-test-point";
  const std::string stranger = "203.0.113.5";
  EXPECT_TRUE(passes(name, rtt(), stranger)) << text_;
  EXPECT_TRUE(passes(name, throughput({{"duration", "PT60S"}}), stranger)) << text_;
  EXPECT_TRUE(passes(name, throughput(Json::object()), stranger)) << text_;
  EXPECT_FALSE(passes(name, throughput({{"duration", "PT61S"}}), stranger));
  EXPECT_NE(text_.find("no longer than a minute"), std::string::npos) << text_;
  EXPECT_TRUE(passes(name, throughput({{"udp", true}, {"bandwidth", "50M"}}), stranger)) << text_;
  EXPECT_FALSE(passes(name, throughput({{"udp", true}, {"bandwidth", "51M"}}), stranger));
  EXPECT_FALSE(passes(name, throughput({{"udp", true}}), stranger));
  EXPECT_FALSE(passes(name, {{"type", "disk-to-disk"}, {"spec", Json::object()}}, stranger));
  world_.local.addresses = {*IpAddress::parse("198.51.100.7")};
  EXPECT_TRUE(passes(name, throughput({{"duration", "P1D"}}), "198.51.100.7")) << text_;
  world_.dns["5.113.0.203.v4.fullbogons.cymru.com"] = std::vector<std::string>{"127.0.0.2"};
  EXPECT_FALSE(passes(name, rtt(), stranger));
  world_.dns["1.0.0.10.v4.fullbogons.cymru.com"] = std::vector<std::string>{"127.0.0.2"};
  EXPECT_TRUE(passes(name, rtt(), "10.0.0.1")) << text_;
}

TEST_F(Templates, MyOrganisation) {
  EXPECT_TRUE(passes("my-organisation", throughput(Json::object()), "192.0.2.9")) << text_;
  EXPECT_TRUE(passes("my-organisation", rtt(), "2001:db8::9")) << text_;
  EXPECT_FALSE(passes("my-organisation", rtt(), "203.0.113.5"));
}

TEST_F(Templates, ResearchNetworks) {
  EXPECT_TRUE(passes("research-networks", rtt(), "203.0.113.5")) << text_;
  EXPECT_FALSE(passes("research-networks", throughput(Json::object()), "203.0.113.5"));
  world_.lists[2] = Networks(std::make_shared<const NetworkSet>(*read_network_list("203.0.113.0/24")));
  EXPECT_TRUE(passes("research-networks", throughput(Json::object()), "203.0.113.5")) << text_;
}

TEST_F(Templates, ThroughputAtNight) {
  const std::string name = "throughput-at-night";
  const auto at = [&](const std::string& start, const std::string& duration = "PT1M") {
    return passes(name, throughput(Json::object()), "203.0.113.5", start, duration);
  };
  EXPECT_TRUE(passes(name, throughput(Json::object()), "203.0.113.5")) << "it may be submitted";
  EXPECT_TRUE(passes(name, rtt(), "203.0.113.5", "2024-06-03T12:00:00+02:00")) << text_;
  EXPECT_FALSE(at("2024-06-03T12:00:00+02:00"));  // a Monday
  EXPECT_TRUE(at("2024-06-03T20:00:00+02:00")) << text_;
  EXPECT_FALSE(at("2024-06-03T19:59:30+02:00"));
  EXPECT_TRUE(at("2024-06-03T05:58:00+02:00")) << text_;
  EXPECT_TRUE(at("2024-06-03T23:30:00+02:00", "PT1H")) << text_;
  EXPECT_TRUE(at("2024-06-08T12:00:00+02:00")) << text_;  // a Saturday
}

Charge charge(const std::string& account, Instant start, Duration time, std::int64_t bytes) {
  Charge charge;
  charge.account = account;
  charge.start = start;
  charge.time = time;
  charge.bytes = bytes;
  return charge;
}

TEST_F(Templates, QuotaForStrangers) {
  const std::string name = "quota-for-strangers";
  const auto noon = *parse_timestamp_utc("2030-01-02T12:00:00Z", TimestampForm::body);
  const auto ask = [&](const Json& test, const std::string& requester,
                       const std::string& duration = "PT20S") {
    return passes(name, test, requester, "2030-01-02T12:00:00Z", duration);
  };
  EXPECT_FALSE(ask({{"type", "idle"}, {"spec", Json::object()}}, "203.0.113.5"));
  EXPECT_TRUE(ask(rtt(), "203.0.113.5")) << text_;
  for (int i = 1; i <= 300; ++i) {
    world_.charges.push_back(charge("light-quota 203.0.113.0/24", noon - std::chrono::minutes(i), {}, 0));
  }
  EXPECT_FALSE(ask(rtt(), "203.0.113.77")) << "all hosts of the network together";
  EXPECT_NE(text_.find("300 of 300 runs within P1D are used"), std::string::npos) << text_;
  EXPECT_TRUE(ask(rtt(), "203.0.114.5")) << text_;
  EXPECT_TRUE(ask(rtt(), "192.0.2.5")) << text_;

  EXPECT_TRUE(ask(throughput(Json::object()), "203.0.113.5")) << text_;
  EXPECT_TRUE(ask(throughput({{"duration", "PT1M"}}), "203.0.113.5", "PT1M10S")) << "75 GB: " << text_;
  EXPECT_FALSE(ask(throughput({{"duration", "PT2M"}}), "203.0.113.5", "PT2M10S"));
  EXPECT_NE(text_.find("never enough for this (a run, PT2M10S, 150 GB)"), std::string::npos) << text_;
  EXPECT_TRUE(ask(throughput({{"duration", "PT2M"}, {"bandwidth", 1000000000}}), "203.0.113.5", "PT2M10S"))
      << text_;
  world_.charges.push_back(
      charge("throughput-quota 203.0.113.0/24", noon - std::chrono::hours(1), std::chrono::minutes(4), 0));
  EXPECT_FALSE(ask(throughput(Json::object()), "203.0.113.5", "PT61S"));
  EXPECT_NE(text_.find("there is room at 2030-01-03T11:00:00Z at the earliest"), std::string::npos) << text_;
  world_.charges.push_back(
      charge("strangers-together *", noon + std::chrono::hours(1), std::chrono::minutes(60), 0));
  EXPECT_FALSE(ask(throughput(Json::object()), "203.0.114.5"));
  EXPECT_TRUE(ask(throughput(Json::object()), "2001:db8::5")) << text_;
}

}  // namespace
}  // namespace pscheduler::limits
