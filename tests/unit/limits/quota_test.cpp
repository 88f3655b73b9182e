// What a quota lets pass, what it counts, and what is wrong with one.

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <ostream>

#include "limits/quota_room.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "unit/limits/deciding.hpp"

namespace pscheduler::limits {
namespace {

using namespace std::chrono_literals;

Instant at(const std::string& text) {
  return parse_timestamp_utc(text, TimestampForm::body).value();
}

const Instant kNoon = at("2030-01-02T12:00:00Z");

Charge charge_at(Instant start, Duration time = 10s, std::int64_t bytes = 0) {
  Charge charge;
  charge.start = start;
  charge.time = time;
  charge.bytes = bytes;
  return charge;
}

class Quota : public testing::Test {
 protected:
  static Json file(const Json& data) {
    auto file = parsed(R"({"schema": 4,
      "identifiers": [
        {"name": "any", "description": "", "type": "always", "data": {}},
        {"name": "lab", "description": "", "type": "ip-cidr-list", "data": {"cidrs": ["192.0.2.0/24"]}}],
      "classifiers": [{"name": "all", "description": "", "identifiers": ["any"]}],
      "limits": [{"name": "daily", "type": "quota"}],
      "applications": [{"description": "All", "apply": [{"require": "all", "limits": ["daily"]}]}]})");
    file["limits"][0]["data"] = data;
    return file;
  }
  static Json task(const Json& spec = Json::object(), const std::string& type = "throughput") {
    return {{"schema", 1}, {"test", {{"type", type}, {"spec", spec}}}};
  }
  static Json run(Json task, Instant start, const std::string& duration = "PT10S") {
    task["run_schedule"] = {{"start", format_timestamp_z(start)}, {"duration", duration}};
    return task;
  }
  Decision decide(const Json& data, const Json& task, const std::string& requester = "203.0.113.5") {
    world_.now = kNoon;
    auto decision = world_.decide(file(data), task, {{"requester", requester}}, false);
    said_ = verdict(decision.trace, decision.passed);
    note_ = decision.trace.applications[0].groups[0].limits[0].note;
    return decision;
  }
  bool passes(const Json& data, const Json& task, const std::string& requester = "203.0.113.5") {
    return decide(data, task, requester).passed;
  }
  void use(const std::string& account, Instant start, Duration time = 10s, std::int64_t bytes = 0) {
    world_.charges.push_back(charge_at(start, time, bytes));
    world_.charges.back().account = account;
  }
  std::vector<std::string> problems_of(const Json& data) {
    std::vector<std::string> texts;
    const auto loaded = world_.load_file(file(data).dump());
    for (const auto& problem : loaded.problems) texts.push_back(problem.pointer + " " + problem.message);
    return texts;
  }

  World world_;
  std::string said_;
  std::string note_;
};

TEST_F(Quota, CountsRunsOverASlidingPeriod) {
  const Json two = {{"per", "address"}, {"period", "P1D"}, {"runs", 2}};
  EXPECT_TRUE(passes(two, run(task(), kNoon)));
  EXPECT_EQ(note_, "0 of 2 runs within P1D were used by 203.0.113.5");
  use("daily 203.0.113.5/32", kNoon - 23h);
  EXPECT_TRUE(passes(two, run(task(), kNoon))) << said_;
  use("daily 203.0.113.5/32", kNoon - 2h);
  EXPECT_FALSE(passes(two, run(task(), kNoon)));
  EXPECT_EQ(
      said_,
      "Denied: limit 'daily' of application 'All': Quota 'daily' of 203.0.113.5 has no room for this (a "
      "run): 2 of 2 runs within P1D are used; there is room at 2030-01-02T13:00:00Z at the earliest.");
  EXPECT_FALSE(passes(two, run(task(), kNoon + 1h - 1s)));
  EXPECT_TRUE(passes(two, run(task(), kNoon + 1h))) << said_;
  EXPECT_TRUE(passes(two, run(task(), kNoon), "203.0.113.6")) << "another's account";
}

TEST_F(Quota, CountsWhatIsPlannedBehindTheRun) {
  const Json two = {{"per", "address"}, {"period", "PT1H"}, {"runs", 2}};
  use("daily 203.0.113.5/32", kNoon + 30min);
  use("daily 203.0.113.5/32", kNoon + 45min);
  EXPECT_FALSE(passes(two, run(task(), kNoon))) << "three within the hour from noon on";
  EXPECT_TRUE(passes(two, run(task(), kNoon - 15min))) << said_;
  EXPECT_FALSE(passes(two, run(task(), kNoon - 15min + 1s)));
}

TEST_F(Quota, CountsTimeAndBytes) {
  const Json quota = {
      {"per", "address"}, {"period", "P1D"}, {"time", "PT10M"}, {"bytes", "10G"}, {"assume-bandwidth", "1G"}};
  EXPECT_TRUE(passes(quota, run(task(), kNoon, "PT1M")));
  EXPECT_EQ(note_, "PT0S of PT10M, 0 bytes of 10 GB within P1D were used by 203.0.113.5");
  use("daily 203.0.113.5/32", kNoon - 1h, 9min, 8'000'000'000);
  EXPECT_TRUE(passes(quota, run(task(), kNoon, "PT1M"))) << said_;
  EXPECT_FALSE(passes(quota, run(task(), kNoon, "PT61S")));
  EXPECT_THAT(said_,
              testing::HasSubstr("(PT1M1S, 1.25 GB): PT9M of PT10M, 8 GB of 10 GB within P1D are used"));
  EXPECT_FALSE(passes(quota, run(task({{"duration", "PT17S"}}), kNoon, "PT1M"))) << "2.125 GB";
  EXPECT_TRUE(passes(quota, run(task({{"duration", "PT16S"}}), kNoon, "PT1M"))) << said_;
  EXPECT_FALSE(passes(quota, run(task({{"duration", "PT16S"}, {"omit", "PT1S"}}), kNoon, "PT1M")));
  EXPECT_FALSE(passes(quota, run(task({{"bandwidth", "900M"}, {"parallel", 2}}), kNoon, "PT1M")));
  EXPECT_TRUE(passes(quota, run(task({{"bandwidth", 900000000}}), kNoon, "PT1M"))) << said_;
  EXPECT_TRUE(passes(quota, run(task(Json::object(), "rtt"), kNoon, "PT1M"))) << "moves nothing that counts";
  EXPECT_FALSE(passes(quota, run(task(Json::object(), "rtt"), kNoon, "PT11M")));
  EXPECT_THAT(said_,
              testing::HasSubstr("is never enough for this (PT11M, 0 bytes): it is PT10M, 10 GB within P1D"));
}

TEST_F(Quota, WithoutAnAssumedBandwidthATestHasToNameIts) {
  const Json quota = {{"per", "address"}, {"period", "P1D"}, {"bytes", 1000000000}};
  EXPECT_FALSE(passes(quota, run(task(), kNoon)));
  EXPECT_THAT(said_, testing::HasSubstr("it has to name its bandwidth"));
  EXPECT_TRUE(passes(quota, run(task({{"bandwidth", 800000000}}), kNoon))) << said_;
}

struct Account {
  const char* data;
  const char* requester;
  const char* account;
};

class Accounts : public Quota, public testing::WithParamInterface<Account> {};

TEST_P(Accounts, AreThoseOfWhoAsks) {
  auto data = parsed(GetParam().data);
  data["period"] = "PT2H";
  data["runs"] = 1;
  const auto decision = decide(data, run(task({{"duration", "PT5S"}}), kNoon, "PT20S"), GetParam().requester);
  ASSERT_TRUE(decision.passed) << said_;
  ASSERT_EQ(decision.charges.size(), 1U);
  const auto& charge = decision.charges[0];
  EXPECT_EQ(charge.account, GetParam().account);
  EXPECT_EQ(charge.start, kNoon);
  EXPECT_EQ(charge.time, 20s);
  EXPECT_EQ(charge.forgotten, kNoon + 2h);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Accounts,
    testing::Values(Account{R"({"per": "address"})", "203.0.113.5", "daily 203.0.113.5/32"},
                    Account{R"({"per": "address"})", "::ffff:203.0.113.5", "daily 203.0.113.5/32"},
                    Account{R"({"per": "address"})", "2001:db8:1:2:3::4", "daily 2001:db8:1:2::/64"},
                    Account{R"({"per": "network"})", "203.0.113.5", "daily 203.0.113.0/24"},
                    Account{R"({"per": "network"})", "2001:db8:1:2:3::4", "daily 2001:db8:1::/48"},
                    Account{R"({"per": "network", "prefix-v4": 16})", "203.0.113.5", "daily 203.0.0.0/16"},
                    Account{R"({"per": "network", "prefix-v6": 32})", "2001:db8:1:2:3::4",
                            "daily 2001:db8::/32"},
                    Account{R"({"per": "network", "prefix-v4": 0})", "203.0.113.5", "daily 0.0.0.0/0"},
                    Account{R"({"per": "identifier", "identifier": "lab"})", "192.0.2.7", "daily *"}));

TEST_F(Quota, OfAnIdentifierIsNotForOthers) {
  const Json quota = {{"per", "identifier"}, {"identifier", "lab"}, {"period", "P1D"}, {"runs", 1}};
  use("daily *", kNoon - 1h);
  EXPECT_FALSE(passes(quota, run(task(), kNoon), "192.0.2.7"));
  EXPECT_THAT(said_, testing::HasSubstr("Quota 'daily' of all identified as lab has no room"));
  const auto other = decide(quota, run(task(), kNoon), "203.0.113.5");
  EXPECT_TRUE(other.passed);
  EXPECT_TRUE(other.charges.empty());
}

TEST_F(Quota, IsForNobodyWithoutAnAddress) {
  const Json quota = {{"per", "address"}, {"period", "P1D"}, {"runs", 1}};
  const auto decision = world_.decide(file(quota), run(task(), kNoon), Json::object(), false);
  EXPECT_FALSE(decision.passed);
  EXPECT_THAT(decision.diags, testing::HasSubstr("the requester is not known"));
}

// A task that is to run once and now is refused at once; others are, run by run.
TEST_F(Quota, JudgesASubmissionAsIfItRanNow) {
  const Json quota = {{"per", "address"}, {"period", "P1D"}, {"runs", 1}};
  const auto first = decide(quota, task());
  EXPECT_TRUE(first.passed);
  EXPECT_TRUE(first.charges.empty()) << "nothing is taken before there is a run";
  use("daily 203.0.113.5/32", kNoon - 1h);
  EXPECT_FALSE(passes(quota, task()));
  EXPECT_THAT(said_, testing::HasSubstr("there is room at 2030-01-03T11:00:00Z"));
  for (const auto& schedule :
       {R"({"start": "PT2H"})", R"({"repeat": "PT1H"})", R"({"repeat-cron": "1 * * * *"})"}) {
    auto later = task();
    later["schedule"] = parsed(schedule);
    EXPECT_TRUE(passes(quota, later)) << schedule;
    EXPECT_EQ(note_, "counted run by run");
  }
  auto sliding = task();
  sliding["schedule"] = {{"slip", "PT2H"}};
  EXPECT_FALSE(passes(quota, sliding));
  EXPECT_FALSE(
      passes({{"per", "address"}, {"period", "P1D"}, {"time", "PT5M"}}, task({{"duration", "PT6M"}})))
      << "its slot is at least as long as it measures";
}

TEST_F(Quota, TakesOnlyForTheApplicationThatLetsTheRunPass) {
  auto rules = file({{"per", "address"}, {"period", "P1D"}, {"runs", 5}});
  rules["limits"].push_back({{"name", "never"}, {"type", "pass-fail"}, {"data", {{"pass", false}}}});
  rules["limits"].push_back(
      {{"name", "other"}, {"clone", "daily"}, {"description", ""}, {"data", {{"runs", 6}}}});
  rules["applications"] = parsed(R"([
    {"apply": [{"require": "all", "limits": ["daily", "never"]}]},
    {"apply": [{"require": "all", "limits": ["other", "other"]}, {"require": "any", "limits": ["other", "never"]}]}])");
  const auto decision = world_.decide(rules, run(task(), kNoon), {{"requester", "203.0.113.5"}}, false);
  EXPECT_TRUE(decision.passed);
  ASSERT_EQ(decision.charges.size(), 1U) << "each quota once";
  EXPECT_EQ(decision.charges[0].account, "other 203.0.113.5/32");
}

TEST_F(Quota, WhereNothingIsKnownOfItIsTakenAsUnusedAndSaysSo) {
  world_.knows_usage = false;
  EXPECT_TRUE(passes({{"per", "address"}, {"period", "P1D"}, {"runs", 1}}, run(task(), kNoon)));
  EXPECT_THAT(note_, testing::HasSubstr("taken as unused"));
}

struct Bad {
  const char* data;
  const char* pointer;
  const char* message;
};

std::ostream& operator<<(std::ostream& out, const Bad& bad) {
  return out << bad.data;
}

class BadQuota : public Quota, public testing::WithParamInterface<Bad> {};

TEST_P(BadQuota, IsRefusedWhereItIsWrong) {
  Json data = {{"per", "address"}, {"period", "P1D"}, {"runs", 5}};
  data.merge_patch(parsed(GetParam().data));
  const auto problems = problems_of(data);
  ASSERT_EQ(problems.size(), 1U) << testing::PrintToString(problems);
  EXPECT_THAT(problems[0], testing::StartsWith(std::string("/limits/0/data") + GetParam().pointer + " "));
  EXPECT_THAT(problems[0], testing::HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, BadQuota,
    testing::Values(Bad{R"({"per": null})", "", "'per' is missing"},
                    Bad{R"({"per": "host"})", "/per", "must be address, network or identifier"},
                    Bad{R"({"period": null})", "", "'period' is missing"},
                    Bad{R"({"period": "PT0S"})", "/period", "must be longer than nothing"},
                    Bad{R"({"period": "P367D"})", "/period", "at most P366D"},
                    Bad{R"({"period": 5})", "/period", "must be"},
                    Bad{R"({"runs": null})", "", "add runs, time or bytes"},
                    Bad{R"({"runs": -1})", "/runs", "from 0 to 10000"},
                    Bad{R"({"runs": 10001})", "/runs", "from 0 to 10000"},
                    Bad{R"({"runs": "5"})", "/runs", "must be a number"},
                    Bad{R"({"time": "1h"})", "/time", "must be a duration"},
                    Bad{R"({"bytes": "lots"})", "/bytes", "such as \"10G\""},
                    Bad{R"({"bytes": 0})", "/bytes", "positive"},
                    Bad{R"({"bytes": 5, "assume-bandwidth": true})", "/assume-bandwidth", "positive"},
                    Bad{R"({"prefix-v4": 24})", "/prefix-v4", "is only for \"per\": \"network\""},
                    Bad{R"({"per": "network", "prefix-v4": 33})", "/prefix-v4", "from 0 to 32"},
                    Bad{R"({"per": "network", "prefix-v6": 129})", "/prefix-v6", "from 0 to 128"},
                    Bad{R"({"identifier": "lab"})", "/identifier", "is only for"},
                    Bad{R"({"per": "identifier"})", "", "'identifier' is missing"},
                    Bad{R"({"per": "identifier", "identifier": "labs"})", "/identifier",
                        "did you mean 'lab'?"},
                    Bad{R"({"run": 5})", "/run", "did you mean 'runs'?"}));

TEST_F(Quota, CannotBeInverted) {
  auto inverted = file({{"per", "address"}, {"period", "P1D"}, {"runs", 5}});
  inverted["limits"][0]["invert"] = true;
  const auto loaded = world_.load_file(inverted.dump());
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].pointer, "/limits/0/invert");
}

TEST_F(Quota, CannotBeTurnedRoundByWhoAppliesIt) {
  const auto good = file({{"per", "address"}, {"period", "P1D"}, {"runs", 5}});
  auto inverted = good;
  inverted["applications"][0]["invert"] = true;
  auto none = good;
  none["applications"][0]["apply"][0]["require"] = "none";
  for (const auto& [rules, pointer] :
       {std::pair(inverted, "/applications/0/invert"), std::pair(none, "/applications/0/apply/0/require")}) {
    const auto loaded = world_.load_file(rules.dump());
    ASSERT_EQ(loaded.problems.size(), 1U) << pointer;
    EXPECT_EQ(loaded.problems[0].pointer, pointer);
  }
}

// Held against what the words say: no period, wherever it begins, has more than the quota.
RC_GTEST_PROP(QuotaRoom, NoPeriodEverHasMoreThanTheQuota, ()) {
  QuotaLimit quota;
  quota.period = *rc::gen::inRange(1, 12) * 1s;
  quota.runs = *rc::gen::inRange(1, 4);
  if (*rc::gen::arbitrary<bool>()) quota.time = *rc::gen::inRange(3, 9) * 1s;
  const auto most_in_any_period = [&](const std::vector<Charge>& charges) {
    Amount most;
    for (const auto& last : charges) {
      Amount amount;
      for (const auto& charge : charges) {
        if (charge.start > last.start || charge.start <= last.start - quota.period) continue;
        ++amount.runs;
        amount.time += charge.time;
      }
      most = {std::max(most.runs, amount.runs), std::max(most.time, amount.time), 0};
    }
    return most;
  };
  const auto with = [](std::vector<Charge> charges, Instant start, Duration time) {
    charges.push_back(charge_at(start, time));
    return charges;
  };
  std::vector<Charge> charges;
  for (int i = 0; i < 25; ++i) {
    const Instant start = kNoon + *rc::gen::inRange(0, 40) * 1s;
    const Duration time = *rc::gen::inRange(0, 3) * 1s;
    const auto room = room_for(quota, charges, {1, time, 0}, start);
    const bool fits = is_within(quota, most_in_any_period(with(charges, start, time)));
    RC_ASSERT((room.free_at == start) == fits);
    for (Instant earlier = start; earlier < room.free_at; earlier += 1s)
      RC_ASSERT(!is_within(quota, most_in_any_period(with(charges, earlier, time))));
    RC_ASSERT(is_within(quota, most_in_any_period(with(charges, room.free_at, time))));
    if (fits) charges = with(charges, start, time);
  }
}

}  // namespace
}  // namespace pscheduler::limits
