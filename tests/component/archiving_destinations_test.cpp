// Destinations of one archiver: none waits for another that does not answer, refuses, or has much to be sent.

#include "component/archiving.hpp"

namespace pscheduler::test {
namespace {

using testing::ElementsAre;

// A destination of the archiver "shelf"; its name tells what it does.
Json going_to(const std::string& name, const Json& more = Json::object()) {
  Json archive = shelf(more);
  archive["data"]["name"] = name;
  return archive;
}

std::string name_of(const ArchiverCall& call) {
  return call.record.at("data").at("name").get<std::string>();
}

class ArchivingToDestinations : public ArchivingOfResults {
 protected:
  // `count` results, a hundred a second, that go to all of these.
  void stream(int count, const std::vector<std::string>& destinations) {
    auto& records = world->plugins.scripts["multi-tool"].records;
    for (int n = 0; n < count; ++n) records.emplace_back(n * 10ms, R"({"n":)" + std::to_string(n) + "}");
    Json archives = Json::array();
    for (const auto& name : destinations) archives.push_back(going_to(name));
    world->post_task("multi", 60, Json::object(), {{"schema", 3}, {"archives", archives}});
  }
  [[nodiscard]] std::size_t calls(const std::string& destination) const {
    const auto& all = world->plugins.archived;
    return static_cast<std::size_t>(
        std::ranges::count_if(all, [&](const auto& call) { return name_of(call) == destination; }));
  }
};

TEST_F(ArchivingToDestinations, DoesNotWaitForOneThatNeverAnswers) {
  world->plugins.archiving_takes_for = [](const ArchiverCall& call) -> Duration {
    return name_of(call) == "silent" ? Duration(1h) : Duration(10ms);
  };
  stream(200, {"silent", "good"});
  world->advance_to(at(4s));
  EXPECT_EQ(calls("good"), 200U);
  EXPECT_EQ(calls("silent"), 1U) << "it has never taken anything";
}

TEST_F(ArchivingToDestinations, DoesNotWaitForManyThatNeverAnswer) {
  world->plugins.archiving_takes_for = [](const ArchiverCall& call) -> Duration {
    return name_of(call).starts_with("silent") ? Duration(2min) : Duration(10ms);
  };
  world->plugins.on_archive = [](const ArchiverCall& call) -> Result<ArchiverReply> {
    if (name_of(call).starts_with("silent")) return fail(Errc::timed_out, "did not answer");
    return success();
  };
  stream(5, {"good"});
  world->advance_to(at(2s));
  ASSERT_EQ(calls("good"), 5U);
  for (int i = 0; i < 40; ++i) post({going_to("silent" + std::to_string(i)), going_to("good")});
  world->advance_to(at(11s));
  EXPECT_EQ(calls("good"), 45U) << "the 40 new ones at once";
  EXPECT_LT(world->plugins.archiving_most, 25);
  world->advance_to(at(20min));
  EXPECT_EQ(world->plugins.archived.size(), 85U);
}

TEST_F(ArchivingToDestinations, ThatTookTheirLastResultDoNotWaitForManyNewOnes) {
  world->plugins.archiving_takes_for = [](const ArchiverCall& call) -> Duration {
    return name_of(call).starts_with("silent") ? Duration(1h) : Duration(10ms);
  };
  stream(1, {"good"});
  world->advance_to(at(2s));
  ASSERT_EQ(calls("good"), 1U);
  for (int i = 0; i < 20; ++i) post({going_to("silent" + std::to_string(i))});
  world->advance_to(at(20s));
  world->post_task("background", 1, Json::object(), {{"schema", 3}, {"archives", {going_to("good")}}});
  world->advance_to(at(30s));
  EXPECT_EQ(calls("good"), 2U);
  restart_at(at(40s));
  world->post_task("background", 1, Json::object(), {{"schema", 3}, {"archives", {going_to("good")}}});
  world->advance_to(at(50s));
  EXPECT_EQ(calls("good"), 1U) << "of this life; that it takes results is known from the last";
}

TEST_F(ArchivingToDestinations, OfOneThatWasGoodAndFallsSilentHoldsNobodyUp) {
  world->plugins.archiving_takes_for = [this](const ArchiverCall& call) -> Duration {
    return name_of(call) == "falls silent" && world->clock.now() > at(1s) ? Duration(1h) : Duration(10ms);
  };
  stream(300, {"falls silent", "good"});
  world->advance_to(at(5s));
  EXPECT_EQ(calls("good"), 300U);
  EXPECT_LE(world->plugins.archiving, 8) << "at the silent one";
}

TEST_F(ArchivingToDestinations, GoesOnAfterAResultThatIsRefused) {
  world->plugins.on_archive = [](const ArchiverCall& call) -> Result<ArchiverReply> {
    return call.record["result"]["result"]["n"] == 3 ? again_after(1h, "PT1H") : success();
  };
  stream(50, {"good"});
  world->advance_to(at(5s));
  EXPECT_EQ(calls("good"), 50U);
  EXPECT_EQ(world->get("/stat/archiving/upcoming").body, "1\n");
}

TEST_F(ArchivingToDestinations, ThatRefusesEverythingIsAskedOneAtATime) {
  world->plugins.archiving_takes = 100ms;
  world->plugins.on_archive = [](const ArchiverCall&) { return again_after(10s, "PT10S"); };
  stream(30, {"refuses"});
  world->advance_to(at(9s));
  EXPECT_EQ(calls("refuses"), 30U) << "each has its attempt";
  EXPECT_EQ(world->plugins.archiving_most, 1);
}

TEST_F(ArchivingToDestinations, AreServedTheLongestDueFirstAlsoAfterARestart) {
  world->plugins.on_archive = [](const ArchiverCall&) { return again_after(60s, "PT1M"); };
  stream(40, {"later"});
  world->advance_to(at(10s));
  restart_at(at(5min));
  world->advance_to(at(6min));
  ASSERT_EQ(calls("later"), 40U);
  for (std::size_t n = 0; n < 40; ++n)
    EXPECT_EQ(world->plugins.archived[n].record["result"]["result"]["n"], n);
}

TEST_F(ArchivingToDestinations, GetOnceWhatWasReadAsDueWhileItsEndWasRecorded) {
  world->plugins.archiving_takes = 1s;
  auto& records = world->plugins.scripts["multi-tool"].records;
  for (const auto after : {Duration(1s), Duration(5s), Duration(5500ms)}) records.emplace_back(after, "{}");
  world->post_task("multi", 60, Json::object(), {{"schema", 3}, {"archives", {going_to("good")}}});
  const auto go_on = [this](Duration length) { world->advance_to(world->clock.now() + length); };
  while (calls("good") < 2 && world->clock.now() < at(30s)) go_on(100ms);
  ASSERT_EQ(calls("good"), 2U) << "the second is under way; the third comes in half a second";
  world->store.hold_reads();
  go_on(3s);
  ASSERT_EQ(calls("good"), 2U) << "the second has been recorded; what was read before is not told yet";
  world->store.release_reads();
  go_on(10s);
  EXPECT_EQ(calls("good"), 3U);
}

TEST_F(ArchivingToDestinations, AreTheSameForTheSameDataOnly) {
  post({going_to("a"), going_to("a", {{"label", "x"}}), going_to("b")});
  world->advance_to(at(11s));
  std::map<std::string, std::set<std::string>> destinations;
  for (const auto& call : world->plugins.archived) destinations[name_of(call)].insert(call.destination);
  EXPECT_EQ(destinations["a"].size(), 1U);
  EXPECT_EQ(destinations["b"].size(), 1U);
  EXPECT_NE(destinations["a"], destinations["b"]);
}

TEST_F(ArchivingToDestinations, OfManyThatExpireTogetherEndAll) {
  world->plugins.on_archive = [](const ArchiverCall&) { return again_after(1h, "PT1H"); };
  auto& records = world->plugins.scripts["multi-tool"].records;
  for (int n = 0; n < 300; ++n) records.emplace_back(1s, "{}");
  world->post_task("multi", 60, Json::object(),
                   {{"schema", 3}, {"archives", {going_to("a", {{"ttl", "PT5M"}})}}});
  world->advance_to(at(4min));
  EXPECT_EQ(world->get("/stat/archiving/upcoming").body, "300\n");
  world->advance_to(at(6min));
  EXPECT_EQ(world->get("/stat/archiving/upcoming").body, "0\n");
  EXPECT_EQ(calls("a"), 300U);
}

}  // namespace
}  // namespace pscheduler::test
