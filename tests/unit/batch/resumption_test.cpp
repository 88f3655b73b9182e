#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "unit/batch/bench.hpp"

namespace pscheduler::batch::testing {
namespace {

using ::testing::ElementsAre;

// How often the tool of each iteration was started, by the reference its task carries.
std::map<int, int> times_run(const Bench& bench) {
  std::map<int, int> times;
  for (const auto& [id, task] : bench.leads.tasks) {
    if (task.ran(bench.clock.now())) ++times[task.document["reference"].get<int>()];
  }
  return times;
}

Json numbered_jobs(bool parallel, bool sync_start) {
  Json jobs = Json::array();
  for (int job = 0; job < 3; ++job) {
    jobs.push_back({{"iterations", 4},
                    {"parallel", parallel},
                    {"sync-start", sync_start},
                    {"setup-time", "PT3S"},
                    {"backoff", "PT1S"},
                    {"task", idle("PT5S")},
                    {"task-transform", {{"script", ".reference += $iteration"}}}});
    jobs.back()["task"]["reference"] = 10 * job;
  }
  return {{"schema", 1}, {"jobs", jobs}};
}

TEST(BatchInterruption, CancelsWhatItPostedAndKeepsWhatItHas) {
  Bench bench;
  const Json batch = batch_of(
      {{{"task", {idle("PT5S", "a"), idle("PT1H", "b")}}, {"parallel", true}, {"setup-time", "PT10S"}}});
  const Json partial = bench.run(batch, {}, 5s);
  EXPECT_EQ(bench.withdrawn, 2u);
  for (const auto& [id, task] : bench.leads.tasks) EXPECT_TRUE(task.canceled);
  EXPECT_EQ(partial["batch"]["interrupted"], true);
  EXPECT_EQ(partial["jobs"][0]["results"][0]["href"], "https://a/pscheduler/tasks/1");
}

TEST(BatchInterruption, WhatWasNotBegunIsNull) {
  Bench bench;
  const Json partial =
      bench.run(batch_of({{{"task", idle("PT10S")}, {"iterations", 3}}, {{"task", idle("PT10S")}}}), {}, 15s);
  const Json& results = partial["jobs"][0]["results"];
  EXPECT_TRUE(Batch::succeeded(results[0]));
  EXPECT_TRUE(results[1].contains("href"));
  EXPECT_TRUE(results[2].is_null());
  EXPECT_FALSE(partial["jobs"][1].contains("results"));
}

TEST(BatchInterruption, ARunInProgressIsCollectedLaterInsteadOfRunAgain) {
  Bench bench;
  const Json partial = bench.run(batch_of({{{"task", idle("PT10S")}}}), {}, 5s);
  const Json output = bench.resume_from(partial);
  EXPECT_TRUE(Batch::succeeded(output["jobs"][0]["results"][0]));
  EXPECT_EQ(bench.leads.tasks.size(), 1u);
  EXPECT_FALSE(output["batch"].contains("interrupted"));
}

TEST(BatchInterruption, WithADeadLeadItEndsSoon) {
  Bench bench;
  bench.leads.instead = [&](const std::string& line) -> std::optional<ports::HttpAnswer> {
    if (line.starts_with("DELETE")) bench.leads.latency = 1h;
    return std::nullopt;
  };
  bench.leads.latency = 1s;
  bench.run(batch_of({{{"task", idle("PT1H")}, {"iterations", 3}, {"parallel", true}}}), {}, 5s);
  EXPECT_LT(bench.clock.now(), bench.start + 1min);
}

TEST(BatchInterruption, WhatWasCompletedIsNotDoneAgain) {
  Bench bench;
  const Json whole = bench.run(numbered_jobs(false, false));
  const auto tasks = bench.leads.tasks.size();
  Json again = bench.resume_from(whole);
  EXPECT_EQ(bench.leads.tasks.size(), tasks);
  EXPECT_EQ(again["jobs"], whole["jobs"]);
}

TEST(BatchInterruption, WhatIsNoPartialOutputIsRefused) {
  for (const auto* text :
       {"{}", "[]", R"({"jobs": []})", R"({"batch": {"start": "x", "duration": "PT1S"}, "jobs": []})",
        R"({"batch": {"start": "2030-05-01T12:00:00Z", "duration": "PT1S"}, "jobs": [{"results": 1}]})"}) {
    Json partial = Json::parse(text);
    EXPECT_FALSE(resume(partial)) << text;
  }
}

// Whenever it is interrupted, and how often: each iteration runs exactly once and has its result.
RC_GTEST_PROP(BatchInterruption, NoIterationIsRunTwiceAndNoneIsLost, (bool parallel, bool sync_start)) {
  Bench bench;
  Json partial = bench.run(numbered_jobs(parallel, sync_start), {},
                           std::chrono::milliseconds(*rc::gen::inRange(0, 70'000)));
  const int more = *rc::gen::inRange(0, 4);
  for (int i = 0; i < more; ++i) {
    auto resumption = resume(partial);
    RC_ASSERT(resumption.has_value());
    partial = bench.run(std::move(partial), std::move(*resumption),
                        std::chrono::milliseconds(*rc::gen::inRange(0, 30'000)));
  }
  bench.clock.move_to(bench.clock.now() + std::chrono::seconds(*rc::gen::inRange(0, 10)));
  const Json output = bench.resume_from(partial);
  const auto times = times_run(bench);
  for (int job = 0; job < 3; ++job) {
    RC_ASSERT(output["jobs"][job]["results"].size() == 4u);
    for (int i = 0; i < 4; ++i) {
      RC_ASSERT(Batch::succeeded(output["jobs"][job]["results"][i]));
      RC_ASSERT(output["jobs"][job]["results"][i]["task"]["reference"] == 10 * job + i);
      RC_ASSERT(times.contains(10 * job + i));
      RC_ASSERT(times.at(10 * job + i) == 1);
    }
  }
}

}  // namespace
}  // namespace pscheduler::batch::testing
