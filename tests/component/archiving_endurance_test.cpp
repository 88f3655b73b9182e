// What becomes of archivings without room, out of time, given up, over a restart and among many others.

#include "component/archiving.hpp"

namespace pscheduler::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(ArchivingOfResults, WaitsWhenThisNodeHasNoRoomForIt) {
  world->scripts.gives = [this](const ports::Script&, const Json&, const Json&) -> Result<std::vector<Json>> {
    if (world->clock.now() < at(35s)) return fail(Errc::unavailable, "too many scripts");
    return std::vector<Json>{"done"};
  };
  const auto task = post({shelf({{"transform", {{"script", "."}}}})});
  world->advance_to(at(60s));
  EXPECT_THAT(times(), ElementsAre(at(40s)));
  EXPECT_EQ(archiving_of(task)["diags"].size(), 1U) << "nobody's fault is no attempt";
}

TEST_F(ArchivingOfResults, EndsWithItsTimeToLive) {
  world->plugins.on_archive = [](const ArchiverCall&) { return again_after(10s, "PT10S"); };
  const auto task = post({shelf({{"ttl", "PT25S"}})});
  world->advance_to(at(34s));
  EXPECT_EQ(archiving_of(task)["completed"], false);
  world->advance_to(at(35s));
  const auto archiving = archiving_of(task);
  EXPECT_THAT(times(), ElementsAre(at(10s), at(20s), at(30s)));
  EXPECT_EQ(archiving["completed"], true);
  EXPECT_EQ(archiving["archived"], false);
  ASSERT_EQ(archiving["diags"].size(), 4U);
  EXPECT_EQ(archiving["diags"][3]["return-code"], 1);
  EXPECT_EQ(archiving["last_attempt"], "2030-01-02T12:00:30.000000+00:00") << "no attempt was made";
  world->advance_to(at(10min));
  EXPECT_EQ(times().size(), 3U);
}

TEST_F(ArchivingOfResults, GivesUpWhenTheArchiverDoesOrBreaksTheRules) {
  world->plugins.on_archive = [](const ArchiverCall& call) -> Result<ArchiverReply> {
    if (call.archiver == "shelf") return answer({{"succeeded", false}, {"error", "never"}});
    return fail(Errc::plugin_failed, "It answered with garbage.");
  };
  const auto task = post({shelf(), drawer()});
  world->advance_to(at(10min));
  EXPECT_EQ(times().size(), 2U);
  const auto refused = archiving_of(task, 0);
  EXPECT_EQ(refused["completed"], true);
  EXPECT_EQ(refused["archived"], false);
  EXPECT_EQ(refused["diags"][0]["return-code"], 0);
  const auto broken = archiving_of(task, 1);
  EXPECT_EQ(broken["completed"], true);
  EXPECT_EQ(broken["diags"][0]["return-code"], 1);
  EXPECT_EQ(broken["diags"][0]["stderr"], "It answered with garbage.");
  EXPECT_EQ(world->log.count("ARCHIVING_GIVEN_UP"), 2);
}

TEST_F(ArchivingOfResults, ThatAnArchiverWantsAtOnceIsNotTriedWithoutEnd) {
  world->plugins.on_archive = [](const ArchiverCall&) { return again_after(0s, "PT0S"); };
  const auto task = post({shelf({{"ttl", "PT10M"}})});
  world->advance_to(at(11min));
  EXPECT_EQ(times().size(), 600U);
  EXPECT_EQ(archiving_of(task)["diags"].size(), 100U) << "the latest";
}

TEST_F(ArchivingOfResults, GoesOnAfterAPowerLossInTheMiddle) {
  world->plugins.archiving_takes = 5s;
  const auto task = post({shelf(), drawer()});
  world->advance_to(at(12s));
  EXPECT_EQ(times().size(), 2U);
  restart_at(at(30s));
  world->advance_to(at(31s));
  EXPECT_THAT(times(), ElementsAre(at(30s), at(30s)));
  EXPECT_EQ(archiving_of(task, 0)["archived"], true);
  EXPECT_EQ(archiving_of(task, 1)["archived"], true);
}

TEST_F(ArchivingOfResults, ThatWaitsForItsTimeDoesSoOverARestart) {
  world->plugins.on_archive = [](const ArchiverCall&) { return again_after(60s, "PT1M"); };
  const auto task = post({shelf()});
  world->advance_to(at(20s));
  restart_at(at(30s));
  world->advance_to(at(2min));
  EXPECT_THAT(times(), ElementsAre(at(70s)));
  EXPECT_EQ(world->plugins.archived[0].record["attempts"], 1);
}

TEST_F(ArchivingOfResults, ThatIsUnderWayMayEndWhenTheNodeStops) {
  world->plugins.archiving_takes = 1s;
  const auto task = post({shelf()});
  world->advance_to(at(10s));
  world->stop();
  start({.start = at(60s)});
  EXPECT_EQ(archiving_of(task)["archived"], true);
  EXPECT_THAT(times(), IsEmpty()) << "it would have been sent twice";
}

TEST_F(ArchivingOfResults, IsRecordedWhenThereIsRoomAgainAndNotRepeated) {
  world->store.refuses = [this](const ports::Changes& changes) {
    return world->clock.now() < at(30s) && !changes.changed_archivings.empty();
  };
  const auto task = post({shelf()});
  world->advance_to(at(60s));
  EXPECT_THAT(times(), ElementsAre(at(10s)));
  EXPECT_EQ(archiving_of(task)["archived"], true);
}

TEST_F(ArchivingOfResults, LetsTheRunGoAfterTheLastOne) {
  world->plugins.on_archive = [this](const ArchiverCall& call) -> Result<ArchiverReply> {
    if (call.archiver == "shelf" || world->clock.now() >= at(40s)) return success();
    return again_after(30s, "PT30S");
  };
  const auto task = post({shelf(), drawer(), shelf()}, {{"keep-after-archive", "PT1H"}});
  world->advance_to(at(39s));
  EXPECT_EQ(expiry_of(task), std::nullopt);
  world->advance_to(at(41s));
  EXPECT_EQ(expiry_of(task), at(40s) + 1h);
}

TEST_F(ArchivingOfResults, ThatEndTogetherLetTheRunGoOnce) {
  const auto task = post({shelf(), drawer()}, {{"keep-after-archive", "PT1H"}});
  world->advance_to(at(11s));
  EXPECT_EQ(expiry_of(task), at(10s) + 1h);
}

TEST_F(ArchivingOfResults, OfOneThatFailsHoldsNobodyUp) {
  world->plugins.on_archive = [](const ArchiverCall& call) -> Result<ArchiverReply> {
    return call.record["attempts"] == 0 && call.record["result"]["result"]["n"] == 0 ? again_after(1h, "PT1H")
                                                                                     : success();
  };
  world->plugins.scripts["multi-tool"].records = {{1s, R"({"n":0})"}, {2s, R"({"n":1})"}, {3s, R"({"n":2})"}};
  world->post_task("multi", 20, Json::object(), {{"schema", 3}, {"archives", Json::array({shelf()})}});
  world->advance_to(at(2h));
  ASSERT_EQ(times().size(), 4U);
  EXPECT_LT(times()[2], at(10s));
  EXPECT_GE(times()[3], at(1h));
}

TEST_F(ArchivingOfResults, OfManyHappensInOrderAFewAtATime) {
  auto& records = world->plugins.scripts["multi-tool"].records;
  for (int n = 0; n < 100; ++n) records.emplace_back(n * 10ms, R"({"n":)" + std::to_string(n) + "}");
  world->plugins.archiving_takes = 10s;
  world->post_task("multi", 60, Json::object(), {{"schema", 3}, {"archives", Json::array({shelf()})}});
  world->advance_to(at(5s));
  EXPECT_EQ(world->get("/stat/archiving/backlog").body, "100\n");
  world->advance_to(at(10min));
  EXPECT_EQ(world->plugins.archiving_most, 8);
  ASSERT_EQ(times().size(), 100U);
  for (int n = 0; n < 100; ++n)
    EXPECT_EQ(world->plugins.archived[static_cast<std::size_t>(n)].record["result"]["result"]["n"], n);
  EXPECT_EQ(world->get("/stat/archiving/backlog").body, "0\n");
}

TEST_F(ArchivingOfResults, OfOneArchiverDoesNotWaitForAnother) {
  auto& records = world->plugins.scripts["multi-tool"].records;
  for (int n = 0; n < 20; ++n) records.emplace_back(1s, "{}");
  world->plugins.archiving_takes_for = [](const ArchiverCall& call) -> Duration {
    return call.archiver == "drawer" ? Duration(1h) : Duration(0);
  };
  world->post_task("multi", 60, Json::object(),
                   {{"schema", 3}, {"archives", Json::array({drawer(), shelf()})}});
  world->advance_to(at(5s));
  const auto& calls = world->plugins.archived;
  EXPECT_EQ(std::count_if(calls.begin(), calls.end(), [](const auto& c) { return c.archiver == "shelf"; }),
            20);
}

}  // namespace
}  // namespace pscheduler::test
