// Pausing a node, and what it says of itself.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

const std::string kPause = "/stat/control/pause";

class Pausing : public WorldTest {
 protected:
  Json state() { return world->get(kPause).json(); }
};

TEST_F(Pausing, IsForATimeOrUntilSomebodyResumes) {
  EXPECT_EQ(state(), (Json{{"is_paused", false}}));
  const auto paused = world->call("PUT", kPause);
  EXPECT_EQ(paused.status, 200);
  EXPECT_EQ(paused.body, "OK\n");
  EXPECT_EQ(state(), (Json{{"is_paused", true}, {"infinite", true}}));
  EXPECT_EQ(world->call("PUT", kPause + "?duration=PT1H").status, 200);
  world->advance_to(at(30min));
  EXPECT_EQ(state(), (Json{{"is_paused", true}, {"infinite", false}, {"remaining", "PT30M"}}));
  world->advance_to(at(1h));
  EXPECT_EQ(state(), (Json{{"is_paused", false}}));
  world->call("PUT", kPause);
  EXPECT_EQ(world->call("DELETE", kPause).status, 200);
  EXPECT_EQ(state(), (Json{{"is_paused", false}}));
  EXPECT_EQ(world->call("DELETE", kPause).status, 200) << "repeating it changes nothing";
}

TEST_F(Pausing, MissesTheRunsThatAreDueMeanwhile) {
  world->call("PUT", kPause + "?duration=PT20S");
  const auto missed = world->post_task("background", 5, {{"start", "2030-01-02T12:00:10Z"}});
  const auto run = world->post_task("background", 5, {{"start", "2030-01-02T12:00:30Z"}});
  world->advance_to(at(40s));
  EXPECT_EQ(world->run_of(missed)["state"], "missed");
  EXPECT_THAT(world->run_of(missed)["errors"].get<std::string>(), testing::HasSubstr("paused"));
  EXPECT_EQ(world->run_of(run)["state"], "finished");
}

TEST_F(Pausing, OutlivesTheDaemon) {
  world->call("PUT", kPause + "?duration=PT1H");
  const auto task = world->post_task("background", 5, {{"start", "2030-01-02T12:30:00Z"}});
  restart_at(at(10min));
  EXPECT_EQ(state()["remaining"], "PT50M");
  world->advance_to(at(31min));
  EXPECT_EQ(world->run_of(task)["state"], "missed");
  restart_at(at(2h));
  EXPECT_EQ(state()["is_paused"], false);
}

TEST_F(Pausing, ThatCannotBeMadeDurableIsRefused) {
  world->store.refuses = [](const ports::Changes& changes) { return changes.pause.has_value(); };
  EXPECT_EQ(world->call("PUT", kPause).status, 503);
  EXPECT_EQ(state()["is_paused"], false);
}

TEST_F(Pausing, IsForThisHostOnlyButEverybodyMayAsk) {
  const Peer other{.address = "192.0.2.7"};
  const Peer proxied{.address = "127.0.0.1", .header = "198.51.100.7;name;key"};
  for (const auto& peer : {other, proxied}) {
    EXPECT_EQ(world->call("PUT", kPause, {}, peer).status, 403) << peer.address;
    EXPECT_EQ(world->call("DELETE", kPause, {}, peer).status, 403) << peer.address;
  }
  EXPECT_EQ(world->get(kPause, other).json(), (Json{{"is_paused", false}}));
  for (const auto* own : {"::1", "192.0.2.1"}) {
    EXPECT_EQ(world->call("PUT", kPause, {}, {.address = own}).status, 200) << own;
  }
}

TEST_F(Pausing, RefusesOddDurationsWithASentence) {
  for (const auto* text : {"", "PT", "PT0S", "-PT1H", "1%20hour", "P1M", "60"}) {
    const auto answer = world->call("PUT", kPause + "?duration=" + text);
    EXPECT_EQ(answer.status, 400) << text;
    EXPECT_THAT(answer.body, testing::StartsWith("duration")) << text;
    EXPECT_EQ(state()["is_paused"], false) << text;
  }
}

class Status : public WorldTest {};

TEST_F(Status, TellsWhatEachPartWillDoNext) {
  world->post_task("background", 5, {{"start", "2030-01-02T14:00:00Z"}});
  world->post_task("background", 5, {{"start", "2030-01-05T12:00:00Z"}});
  world->advance_to(at(1h));
  const auto services = world->get("/status").json().at("services");
  EXPECT_EQ(services["runner"]["next_time"], "PT1H");
  EXPECT_EQ(services["runner"]["expected"], "2030-01-02T13:59:59+00:00")
      << "when its tool is to be got ready";
  EXPECT_EQ(services["scheduler"]["next_time"], "PT47H") << "when the second comes inside the horizon";
  EXPECT_TRUE(services["ticker"]["next_time"].is_string());
  EXPECT_EQ(services["archiver"]["next_time"], nullptr);
  for (const auto* name : {"ticker", "scheduler", "runner", "archiver"}) {
    EXPECT_EQ(services[name]["uptime"], "PT1H") << name;
    EXPECT_EQ(services[name]["overdue"], nullptr) << name;
    EXPECT_EQ(services[name]["last"], "2030-01-02T13:00:00+00:00") << name;
  }
}

TEST_F(Status, OfAnIdleNodeNamesNoTimes) {
  const auto services = world->get("/status").json().at("services");
  EXPECT_EQ(services["runner"]["next_time"], nullptr);
  EXPECT_EQ(services["scheduler"]["expected"], nullptr);
}

}  // namespace
}  // namespace pscheduler::test
