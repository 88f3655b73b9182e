// What a node tells of where its results go: over restarts, and when nothing arrives for a while.

#include "component/archiving.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Json web(const Json& more = Json::object()) {
  Json archive = shelf({{"data",
                         {{"good", true},
                          {"_url", "https://u:s3cret@sink.example:8443/t0ken?k=v"},
                          {"retry-policy", Json::array()}}}});
  archive.update(more);
  return archive;
}

class DestinationsOfResults : public ArchivingOfResults {
 protected:
  static constexpr Peer kElsewhere{.address = "203.0.113.9"};

  Json destinations(const Peer& peer = {}) { return world->get("/stat/archiving/destinations", peer).json(); }
  Json only_destination() {
    auto all = destinations();
    EXPECT_EQ(all.size(), 1U) << all.dump(2);
    return all.at(0);
  }
  Json given_up(const std::string& query = "") { return world->get("/stat/archiving/failed" + query).json(); }
  Json offer_again(const std::string& query, const Peer& peer = {}) {
    return world->call("POST", "/stat/archiving/failed?" + query, "", peer).json();
  }
  void refuse_for(Duration length, const std::string& text) {
    world->plugins.on_archive = [=](const ArchiverCall&) -> Result<ArchiverReply> {
      return again_after(length, text);
    };
  }
  void give_up() {
    world->plugins.on_archive = [](const ArchiverCall&) -> Result<ArchiverReply> {
      return answer({{"succeeded", false}, {"error", "no such table"}});
    };
  }
};

TEST_F(DestinationsOfResults, AreNoneAtFirst) {
  EXPECT_EQ(destinations(), Json::array());
  EXPECT_EQ(given_up(), Json::array());
}

TEST_F(DestinationsOfResults, TellWhatWaitsAndWhy) {
  refuse_for(1min, "PT1M");
  post({web({{"label", "central"}})});
  world->advance_to(at(30s));
  const auto destination = only_destination();
  EXPECT_EQ(destination["archiver"], "shelf");
  EXPECT_EQ(destination["label"], "central");
  EXPECT_EQ(destination["destination"], "https://sink.example:8443");
  EXPECT_EQ(destination["state"], "failing");
  EXPECT_EQ(destination["stalled"], false);
  EXPECT_EQ(destination["waiting"], 1);
  EXPECT_EQ(destination["under-way"], 0);
  EXPECT_EQ(destination["oldest"], "2030-01-02T12:00:10+00:00") << "the end of the run";
  EXPECT_EQ(destination["last-success"], nullptr);
  EXPECT_EQ(destination["last-failure"], "2030-01-02T12:00:10+00:00");
  EXPECT_EQ(destination["failing-since"], "2030-01-02T12:00:10+00:00");
  EXPECT_EQ(destination["last-error"], "not now");
  EXPECT_EQ(destination["given-up"], 0);
  world->plugins.on_archive = [](const ArchiverCall&) { return Result<ArchiverReply>(success()); };
  world->advance_to(at(2min));
  const auto after = only_destination();
  EXPECT_EQ(after["id"], destination["id"]);
  EXPECT_EQ(after["state"], "idle");
  EXPECT_EQ(after["waiting"], 0);
  EXPECT_EQ(after["oldest"], nullptr);
  EXPECT_EQ(after["last-success"], "2030-01-02T12:01:10+00:00");
  EXPECT_EQ(after["failing-since"], nullptr);
  EXPECT_EQ(after["last-error"], "not now") << "the last failure stays known";
}

TEST_F(DestinationsOfResults, TellNobodyElseWhereExactly) {
  post({web()});
  world->advance_to(at(30s));
  EXPECT_EQ(destinations(kElsewhere).at(0)["destination"], nullptr);
  EXPECT_EQ(destinations({.header = "127.0.0.1;frontend;" + std::string(kProxyKey)}).at(0)["destination"],
            nullptr);
  const auto shown = world->get("/stat/archiving/destinations").body + world->get("/metrics").body;
  for (const char* secret : {"s3cret", "t0ken", "k=v"}) EXPECT_THAT(shown, Not(HasSubstr(secret)));
}

TEST_F(DestinationsOfResults, AreKnownAfterARestart) {
  refuse_for(10min, "PT10M");
  post({web({{"label", "central"}})});
  world->advance_to(at(30s));
  const auto before = destinations();
  restart_at(at(40s));
  EXPECT_EQ(destinations(), before);
}

TEST_F(DestinationsOfResults, OfBrokenTransformsHaveNotFailed) {
  world->scripts.gives = [](const auto&...) {
    return Result<std::vector<Json>>(fail(Errc::invalid_argument, "oh"));
  };
  post({web({{"transform", {{"script", "."}}}})});
  world->advance_to(at(30s));
  const auto destination = only_destination();
  EXPECT_EQ(destination["state"], "idle");
  EXPECT_EQ(destination["last-failure"], nullptr);
  EXPECT_EQ(destination["given-up"], 1);
  EXPECT_EQ(destination["destination"], "https://sink.example:8443") << "though nothing was ever sent there";
}

TEST_F(DestinationsOfResults, ThatTakeNothingAreToldOfOnceInAnOutage) {
  refuse_for(1min, "PT1M");
  post({web()});
  world->advance_to(at(15min));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 0);
  world->advance_to(at(16min));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 1);
  EXPECT_EQ(only_destination()["stalled"], true);
  EXPECT_EQ(world->get("/status").json()["destinations"], Json::parse(R"({"failing": 1, "stalled": 1})"));
  world->advance_to(at(2h));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 1);
  restart_at(at(3h));
  refuse_for(1min, "PT1M");
  world->advance_to(at(4h));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 0) << "the operator knows";
  world->plugins.on_archive = [](const ArchiverCall&) { return Result<ArchiverReply>(success()); };
  world->advance_to(at(5h));
  EXPECT_EQ(world->log.count("ARCHIVING_RESUMED"), 1);
  EXPECT_EQ(only_destination()["stalled"], false);
  EXPECT_EQ(world->get("/status").json()["destinations"], Json::parse(R"({"failing": 0, "stalled": 0})"));
}

TEST_F(DestinationsOfResults, ThatTakeNothingAreToldOfOnceThoughThisCouldNotBeStoredAtOnce) {
  refuse_for(10h, "PT10H");
  post({web()});
  world->advance_to(at(15min));
  world->store.refuses = [](const ports::Changes& changes) { return !changes.destinations.empty(); };
  world->advance_to(at(20min));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 1);
  EXPECT_GT(world->log.count("ARCHIVING_UNREADABLE"), 0) << "the operator knows of the disk, too";
  EXPECT_EQ(only_destination()["stalled"], true);
  world->store.refuses = nullptr;
  world->advance_to(at(25min));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 1);
  restart_at(at(30min));
  world->advance_to(at(1h));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 0) << "the operator was told in the first life";
  EXPECT_EQ(only_destination()["stalled"], true);
}

TEST_F(DestinationsOfResults, ForWhichNothingWaitsAreNotToldOf) {
  give_up();
  post({web()});
  world->advance_to(at(2h));
  EXPECT_EQ(world->log.count("ARCHIVING_STALLED"), 0);
  EXPECT_EQ(only_destination()["state"], "failing");
}

TEST_F(DestinationsOfResults, AreForgottenWhenNobodyHasUsedThemForLong) {
  start({.keep = 1h});
  post({web()});
  world->advance_to(at(30min));
  EXPECT_EQ(destinations().size(), 1U);
  world->advance_to(at(2h));
  EXPECT_EQ(destinations(), Json::array());
}

TEST_F(DestinationsOfResults, TellWhatWasGivenUpTheLatestFirst) {
  give_up();
  const auto one = post({web({{"label", "central"}})});
  world->advance_to(at(1min));
  world->post_task("background", 5, Json::object(), {{"schema", 5}, {"archives", {drawer()}}});
  world->advance_to(at(2min));
  const auto all = given_up();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["archiver"], "drawer");
  EXPECT_EQ(all[0]["label"], nullptr);
  EXPECT_EQ(all[1]["label"], "central");
  EXPECT_EQ(all[1]["attempts"], 1);
  EXPECT_EQ(all[1]["time"], "2030-01-02T12:00:10+00:00");
  EXPECT_EQ(all[1]["reason"], "no such table");
  EXPECT_TRUE(all[1]["task"].get<std::string>().ends_with(one));
  EXPECT_EQ(all[1]["run"].get<std::string>(), world->run_of(one)["href"]);
  EXPECT_EQ(given_up("?limit=1").size(), 1U);
  EXPECT_EQ(given_up("?limit=1").at(0), all[0]);
  EXPECT_EQ(given_up("?destination=" + all[1]["destination"].get<std::string>()), Json::array({all[1]}));
  const auto run = all[1]["run"].get<std::string>();
  EXPECT_EQ(given_up("?run=" + run.substr(run.rfind('/') + 1)), Json::array({all[1]}));
  EXPECT_EQ(world->get("/stat/archiving/failed?limit=0").status, 400);
  EXPECT_EQ(world->get("/stat/archiving/failed?run=x").status, 400);
}

TEST_F(DestinationsOfResults, AreOfferedAgainWhatWasGivenUp) {
  give_up();
  const auto task = post({web({{"ttl", "PT1M"}}), drawer()});
  world->advance_to(at(1h));
  world->plugins.on_archive = [](const ArchiverCall&) { return Result<ArchiverReply>(success()); };
  EXPECT_EQ(world->call("POST", "/stat/archiving/failed").status, 400) << "nothing by mistake";
  EXPECT_EQ(world->call("POST", "/stat/archiving/failed?all", "", kElsewhere).status, 403);
  const auto all = given_up();
  const auto of_shelf = all[0]["archiver"] == "shelf" ? all[0] : all[1];
  const auto query = "destination=" + of_shelf["destination"].get<std::string>();
  EXPECT_EQ(offer_again(query)["offered"], 1);
  world->advance(1s);
  EXPECT_EQ(archiving_of(task, 0)["archived"], true) << "though its time to live had passed";
  EXPECT_EQ(archiving_of(task, 1)["archived"], false);
  const auto diags = archiving_of(task, 0)["diags"];
  ASSERT_EQ(diags.size(), 3U);
  EXPECT_EQ(diags[1]["stderr"], "Offered again by api 127.0.0.1.");
  EXPECT_EQ(offer_again(query)["offered"], 0) << "it has arrived";
  EXPECT_EQ(offer_again("all")["offered"], 1);
  world->advance(1s);
  EXPECT_EQ(archiving_of(task, 1)["archived"], true);
  EXPECT_EQ(world->plugins.archived.size(), 4U);
  EXPECT_EQ(world->log.count("ARCHIVING_RETRIED"), 2);
}

TEST_F(DestinationsOfResults, AreOfferedOnceWhatTheyRefuseAtOnce) {
  give_up();
  std::vector<Json> archives;
  for (int i = 0; i < 150; ++i) archives.push_back(shelf({{"data", {{"good", true}, {"n", i % 3}}}}));
  post(archives);
  world->advance_to(at(1h));
  EXPECT_GE(world->plugins.archived.size(), 150U);
  EXPECT_EQ(offer_again("all")["offered"], 150);
  world->advance(1min);
  // Delivery is at least once: the queue may have been read just before an end was recorded.
  EXPECT_GE(world->plugins.archived.size(), 300U);
  EXPECT_LT(world->plugins.archived.size(), 450U) << "what is given up meanwhile is not offered again";
  EXPECT_EQ(given_up("?limit=1000").size(), 150U);
}

TEST_F(DestinationsOfResults, KeepARunUntilItHasArrivedAfterAll) {
  give_up();
  const auto task = post({web()}, {{"keep-after-archive", "PT10M"}});
  world->advance_to(at(5min));
  EXPECT_TRUE(expiry_of(task));
  refuse_for(30min, "PT30M");
  EXPECT_EQ(offer_again("all")["offered"], 1);
  EXPECT_FALSE(expiry_of(task));
  world->advance_to(at(25min));
  world->plugins.on_archive = [](const ArchiverCall&) { return Result<ArchiverReply>(success()); };
  world->advance_to(at(36min));
  EXPECT_EQ(archiving_of(task)["archived"], true);
  EXPECT_TRUE(expiry_of(task));
}

TEST_F(DestinationsOfResults, AreCountedForPrometheus) {
  refuse_for(1min, "PT1M");
  post({web()});
  world->advance_to(at(150s));
  world->get("/metrics");
  ASSERT_EQ(world->metrics.last.destinations.size(), 1U);
  const auto& reading = world->metrics.last.destinations[0];
  EXPECT_EQ(reading.id, only_destination()["id"]);
  EXPECT_EQ(reading.archiver, "shelf");
  EXPECT_EQ(reading.waiting, 1);
  EXPECT_EQ(reading.refused, 3);
  EXPECT_EQ(reading.taken, 0);
  EXPECT_EQ(reading.oldest, 140s);
  EXPECT_EQ(reading.since_success, std::nullopt);
  EXPECT_EQ(world->metrics.last.tasks.max, 50'000);
  EXPECT_EQ(world->metrics.last.archivings.now, 1);
}

}  // namespace
}  // namespace pscheduler::test
