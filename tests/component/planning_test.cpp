// When runs are planned: now, later, beyond the horizon, again and again.

#include <set>

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class Planning : public WorldTest {
 protected:
  std::vector<std::string> starts(const std::string& task) {
    std::vector<std::string> all;
    for (const auto& run : world->runs_of(task)) all.push_back(run["start-time"].get<std::string>());
    return all;
  }
};

struct Repeating {
  std::string name;
  std::string test;
  int seconds;
  Json schedule;
  Duration watched;
  std::vector<Duration> starts;  // of all runs that are there by then
};

class Repeats : public Planning, public testing::WithParamInterface<Repeating> {};

TEST_P(Repeats, OnTheGrid) {
  const auto& c = GetParam();
  start({.start = at(20s), .horizon = 1min});
  const auto task = world->post_task(c.test, c.seconds, c.schedule);
  world->advance(c.watched);
  std::vector<std::string> expected;
  for (const auto start : c.starts) expected.push_back(text_of(at(start)));
  EXPECT_EQ(starts(task), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Repeats,
    testing::Values(
        Repeating{"the first at once then on the grid of the start",
                  "background",
                  5,
                  {{"start", "2030-01-02T11:00:07Z"}, {"repeat", "PT60S"}},
                  110s,
                  {20s, 67s, 127s, 187s}},
        Repeating{
            "anchored at the first run", "background", 5, {{"repeat", "PT1M"}}, 130s, {20s, 80s, 140s, 200s}},
        Repeating{"a run as long as the interval repeats each time",
                  "exclusive",
                  60,
                  {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT60S"}},
                  200s,
                  {60s, 120s, 180s, 240s}},
        Repeating{"a run longer than the interval skips grid points",
                  "background",
                  61,
                  {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT60S"}},
                  240s,
                  {60s, 180s, 300s}},
        Repeating{"until is for starts",
                  "background",
                  10,
                  {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT60S"}, {"until", "2030-01-02T12:03:00Z"}},
                  10min,
                  {60s, 120s}},
        Repeating{"until one second later",
                  "background",
                  10,
                  {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT60S"}, {"until", "2030-01-02T12:03:01Z"}},
                  10min,
                  {60s, 120s, 180s}},
        Repeating{"max-runs",
                  "background",
                  10,
                  {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT60S"}, {"max-runs", 3}},
                  10min,
                  {60s, 120s, 180s}},
        Repeating{"no repeat is one run", "background", 10, {{"max-runs", 3}}, 10min, {20s}},
        Repeating{"several within the horizon one after the other",
                  "normal",
                  2,
                  {{"start", "2030-01-02T12:00:30Z"}, {"repeat", "PT10S"}, {"max-runs", 4}},
                  10min,
                  {30s, 40s, 50s, 60s}}),
    CaseName());

TEST_F(Planning, TheHorizonIsFilledAndGoesOnWithTime) {
  start({.horizon = 1h});
  const auto task = world->post_task("background", 10, {{"start", "PT5M"}, {"repeat", "PT10M"}});
  EXPECT_EQ(starts(task).size(), 6U);
  EXPECT_EQ(starts(task).back(), text_of(at(55min)));
  world->advance_to(at(15min));
  EXPECT_EQ(starts(task).size(), 8U);
  EXPECT_EQ(starts(task).back(), text_of(at(75min)));
  world->advance_to(at(3h));
  for (const auto& run : world->runs_of(task)) {
    const bool over = run["start-time"] < text_of(at(3h) - 10s);
    if (over) {
      EXPECT_EQ(run["state"], "finished");
    }
  }
}

TEST_F(Planning, ARunASecondNeverRunsOutOfRunsAhead) {
  start({.parallel_max = 100});
  const auto task = world->post_task("background", 1, {{"repeat", "PT1S"}, {"max-runs", 60}});
  world->advance_to(at(61s));
  const auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 60U);
  for (const auto& run : runs) EXPECT_EQ(run["state"], "finished");
}

TEST_F(Planning, OneTaskTakesABoundedPartOfTheSchedule) {
  const auto task = world->post_task("background", 1, {{"start", "PT1M"}, {"repeat", "PT1S"}});
  EXPECT_EQ(world->get(task + "/runs").json().size(), 1500U) << "not the 86,400 of the horizon";
  world->advance_to(at(70s));
  EXPECT_EQ(world->get(task + "/runs").json().size(), 1511U) << "one more for each that has begun";
}

TEST_F(Planning, ALongStreamingRunIsFollowedByTheNextWithoutAGap) {
  const auto task = world->post_task("multi", 3600, {{"start", "PT1H"}, {"repeat", "PT1H"}});
  EXPECT_EQ(starts(task).size(), 1U);
  world->advance_to(at(1h));
  EXPECT_EQ(starts(task).back(), text_of(at(2h)));
}

TEST_F(Planning, ARunThatNeedsItsWholeSlotIsFollowedWithoutAPause) {
  start({.horizon = 1min});
  world->plugins.scripts["exclusive-tool"].ends_after = 60s;
  const auto task =
      world->post_task("exclusive", 60, {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT60S"}});
  world->advance_to(at(210s));
  EXPECT_EQ(starts(task), (std::vector<std::string>{text_of(at(60s)), text_of(at(120s)), text_of(at(180s)),
                                                    text_of(at(240s))}));
}

TEST_F(Planning, AnEndedTaskIsForgottenInMemory) {
  world->post_task("background", 10, {{"repeat", "PT1M"}, {"max-runs", 2}});
  world->post_task("exclusive", 10);
  world->advance(10min);
  EXPECT_EQ(world->book.size(), 0U);
  EXPECT_GE(world->clock.next_alarm().value_or(at(48h)), at(47h)) << "but for what retention will remove";
}

TEST_F(Planning, ARelativeStartIsFixedOnce) {
  start({.start = at(37min + 12s)});
  const auto task = world->post_task("background", 10, {{"start", "@PT1H"}});
  EXPECT_EQ(world->detail_of(task)["start"], text_of(at(1h)));
  world->advance(1h);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  EXPECT_EQ(world->run_of(task)["start-time"], text_of(at(1h)));
  EXPECT_EQ(world->detail_of(task)["start"], text_of(at(1h)));
}

TEST_F(Planning, AStartBeyondTheHorizonIsPlannedWhenItComesInside) {
  const auto task = world->post_task("exclusive", 10, {{"start", "2030-01-05T12:00:00Z"}});
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  world->advance_to(at(48h) - 1s);
  EXPECT_EQ(world->get(task + "/runs").json(), Json::array());
  const auto waiting = world->begin("GET", task + "/runs/first?wait=5");
  world->advance_to(at(48h));
  ASSERT_TRUE(waiting->answer);
  EXPECT_EQ(waiting->answer->json()["start-time"], text_of(at(72h)));
  world->advance_to(at(72h + 1min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Planning, ARepeatBeyondTheHorizonIsPlannedWhenItComesInside) {
  const auto task = world->post_task("background", 10, {{"repeat", "P7D"}});
  world->advance_to(at(6 * 24h - 1s));
  EXPECT_EQ(starts(task).size(), 1U);
  world->advance_to(at(6 * 24h));
  EXPECT_EQ(starts(task), (std::vector<std::string>{text_of(at(0s)), text_of(at(7 * 24h))}));
  world->advance_to(at(7 * 24h + 1min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  EXPECT_EQ(world->detail_of(task)["runs"], 2);
}

TEST_F(Planning, ASlipOfTheHorizonOrMoreMakesNoRunLate) {
  for (const std::string slip : {"PT24H", "PT30H"}) {
    start({.horizon = 24h});
    const auto task = world->post_task(
        "background", 10, {{"start", "2030-01-02T13:00:00Z"}, {"repeat", "PT1H"}, {"slip", slip}});
    world->advance_to(at(150min));
    EXPECT_EQ(starts(task), (std::vector<std::string>{text_of(at(1h)), text_of(at(2h))})) << slip;
  }
}

TEST_F(Planning, ARandomSlipStartsAnywhereWithinIt) {
  std::set<std::string> seen;
  for (int i = 0; i < 20; ++i) {
    const auto task =
        world->post_task(i % 2 == 0 ? "background" : "normal", 10,
                         {{"start", "2030-01-02T13:00:00Z"}, {"slip", "PT5M"}, {"sliprand", true}});
    const auto start = world->run_of(task)["start-time"].get<std::string>();
    EXPECT_GE(start, text_of(at(1h)));
    EXPECT_LE(start, text_of(at(1h + 5min)));
    seen.insert(start);
  }
  EXPECT_GT(seen.size(), 10U);
}

TEST_F(Planning, ARandomSlipKeepsClearOfOthers) {
  world->post_task("exclusive", 280, {{"start", "2030-01-02T13:00:00Z"}});
  for (int i = 0; i < 3; ++i) {
    const auto run = world->run_of(world->post_task(
        "exclusive", 5, {{"start", "2030-01-02T13:00:00Z"}, {"slip", "PT5M"}, {"sliprand", true}}));
    EXPECT_EQ(run["state"], "pending");
    EXPECT_GE(run["start-time"], text_of(at(1h + 280s)));
  }
}

struct Meeting {
  std::string name;
  std::string first, second;  // classes; the first occupies 12:10:00 to 12:10:25
  int start;                  // of the second, seconds after 12:10, which needs 10 s
  int slip;
  std::optional<int> starts;  // nothing: it is a non-starter
};

class Conflicts : public Planning, public testing::WithParamInterface<Meeting> {};

TEST_P(Conflicts, AreSettledByTheClasses) {
  const auto& c = GetParam();
  const auto first = world->post_task(c.first, 25, {{"start", "2030-01-02T12:10:00Z"}});
  const auto first_href = world->run_of(first)["href"].get<std::string>();
  const auto slip = "PT" + std::to_string(c.slip) + "S";
  const auto second = world->post_task(
      c.second, 10, {{"start", text_of(at(10min + std::chrono::seconds(c.start)))}, {"slip", slip}});
  const auto run = world->run_of(second);
  if (c.starts) {
    EXPECT_EQ(run["state"], "pending") << run["errors"];
    EXPECT_EQ(run["start-time"], text_of(at(10min + std::chrono::seconds(*c.starts))));
  } else {
    EXPECT_EQ(run["state"], "nonstart");
    EXPECT_THAT(run["errors"].get<std::string>(),
                testing::HasSubstr(first_href.substr(first_href.rfind('/') + 1)));
    EXPECT_EQ(run["start-time"], text_of(at(10min + std::chrono::seconds(c.start))));
    EXPECT_EQ(world->history_of(run).front().actor, "scheduler");
    EXPECT_EQ(world->detail_of(second)["runs"], 1);
  }
  EXPECT_EQ(world->run_of(first)["state"], "pending") << "the one that was first is not touched";
}

INSTANTIATE_TEST_SUITE_P(
    Table, Conflicts,
    testing::Values(Meeting{"exclusive and exclusive", "exclusive", "exclusive", 5, 0, {}},
                    Meeting{"exclusive and normal", "exclusive", "normal", 5, 0, {}},
                    Meeting{"normal and exclusive", "normal", "exclusive", 5, 0, {}},
                    Meeting{"normal and normal share", "normal", "normal", 5, 0, 5},
                    Meeting{"exclusive and background", "exclusive", "background", 5, 0, 5},
                    Meeting{"exclusive and multi", "exclusive", "multi", 5, 0, 5},
                    Meeting{"background and exclusive", "background", "exclusive", 5, 0, 5},
                    Meeting{"multi and exclusive", "multi", "exclusive", 5, 0, 5},
                    Meeting{"slip moves it behind", "exclusive", "exclusive", 0, 300, 25},
                    Meeting{"a slip just long enough", "exclusive", "exclusive", 0, 25, 25},
                    Meeting{"a slip a second too short", "exclusive", "exclusive", 0, 24, {}},
                    Meeting{"right behind it", "exclusive", "exclusive", 25, 0, 25},
                    Meeting{"a second before its end", "exclusive", "exclusive", 24, 0, {}},
                    Meeting{"right before it", "exclusive", "exclusive", -10, 0, -10},
                    Meeting{"a second into it", "exclusive", "exclusive", -9, 0, {}}),
    CaseName());

TEST_F(Planning, TheTimeThatARunDoesNotNeedIsFreeAtOnce) {
  world->plugins.scripts["exclusive-tool"].ends_after = 3s;
  world->post_task("exclusive", 60);
  world->advance(4s);
  EXPECT_NE(world->run_of(world->post_task("exclusive", 60))["state"], "nonstart");
}

TEST_F(Planning, ANonStarterOfARepeatingTaskIsFollowedByTheNextRun) {
  world->post_task("exclusive", 60, {{"start", "2030-01-02T12:01:00Z"}});
  const auto task =
      world->post_task("exclusive", 10, {{"start", "2030-01-02T12:01:00Z"}, {"repeat", "PT1M"}});
  world->advance(5min);
  const auto runs = world->runs_of(task);
  ASSERT_GE(runs.size(), 3U);
  EXPECT_EQ(runs[0]["state"], "nonstart");
  EXPECT_EQ(runs[1]["start-time"], text_of(at(2min)));
  EXPECT_EQ(runs[1]["state"], "finished");
}

}  // namespace
}  // namespace pscheduler::test
