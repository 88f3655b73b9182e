// What nodes know of each other, and how somebody sees it: over restarts, and when a host is heard from
// again.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;

class MeshMemory : public MeshTest {
 protected:
  Json peer(const std::string& node, const std::string& host) {
    for (const auto& each : mesh[node].get("/stat/peers").json()) {
      if (each["host"] == Mesh::host(host)) return each;
    }
    return nullptr;
  }
  std::string counter(const std::string& node, const std::string& path) {
    return mesh[node].get("/stat/http-queue/" + path).body;
  }
};

TEST_F(MeshMemory, ANodeKnowsTheOthersAfterARestart) {
  task("exclusive", {"a", "b"});
  mesh.advance(1min);
  const auto learned = mesh["a"].peers.exchange_time("b.example");
  EXPECT_LT(learned, 500ms);
  mesh.stop("a");
  mesh.power_on("a");
  EXPECT_TRUE(mesh["a"].peers.is_ours("b.example"));
  EXPECT_LT(mesh["a"].peers.exchange_time("b.example"), 500ms);
  EXPECT_FALSE(mesh["a"].peers.is_ours("c.example")) << "it was never called";
}

TEST_F(MeshMemory, WhatIsLearnedIsKeptWhenPowerIsLostLater) {
  task("exclusive", {"a", "b"});
  mesh.advance(1min);
  mesh.lose_power("a");
  mesh.power_on("a");
  EXPECT_TRUE(mesh["a"].peers.is_ours("b.example"));
}

TEST_F(MeshMemory, KeepingItCostsAFewCommits) {
  int commits = 0;
  mesh["a"].store.after_commit = [&](const ports::Changes& changes) -> ports::Async<void> {
    if (!changes.known_peers.empty()) ++commits;
    co_return;
  };
  task("exclusive", {"a", "b", "c"}, {{"repeat", "PT1M"}, {"max-runs", 60}});
  mesh.advance(1h);
  mesh["a"].store.after_commit = {};
  EXPECT_GE(commits, 1);
  EXPECT_LE(commits, 10);
}

// The next attempt would be made up to half a minute later.
TEST_F(MeshMemory, AHostThatIsBackAndCallsIsVisitedAtOnce) {
  const auto path = task("exclusive", {"a", "b"}, {{"start", text_of(at(20min))}});
  mesh.advance(1min);
  mesh.lose_power("b");
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  mesh.advance(5min);
  const auto pause = [&] { return mesh["a"].errands.owed().at(0).next_attempt - mesh["a"].clock.now(); };
  ASSERT_TRUE(mesh.advance_until([&] { return pause() > 20s; }, 1min));
  mesh.power_on("b");
  task("exclusive", {"b", "a"});
  mesh.advance(4s);
  EXPECT_EQ(mesh["a"].errands.size(), 0U) << mesh.network.transcript();
  EXPECT_EQ(mesh["b"].detail_of(path)["enabled"], false);
  EXPECT_EQ(peer("a", "b")["silent"], Json::array());
}

TEST_F(MeshMemory, ShowsWhoDoesNotAnswerAndWhatIsOwedThere) {
  const auto path = task("exclusive", {"a", "b"}, {{"start", text_of(at(20min))}});
  mesh.advance(1min);
  EXPECT_EQ(peer("a", "b")["pschedulerd"], true);
  EXPECT_THAT(peer("a", "b")["exchange-time"].get<std::string>(), testing::StartsWith("PT0."));
  EXPECT_EQ(peer("a", "b")["silent"], Json::array());
  EXPECT_EQ(peer("a", "b")["owed"], nullptr);
  EXPECT_EQ(counter("a", "length"), "0\n");
  mesh.lose_power("b");
  const auto canceled = mesh["a"].clock.now();
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  mesh.advance(2min);
  const auto state = peer("a", "b");
  EXPECT_EQ(state["owed"]["count"], 1) << state;
  EXPECT_EQ(state["owed"]["untried"], 0);
  EXPECT_EQ(state["owed"]["oldest"], text_of(canceled));
  EXPECT_THAT(state["owed"]["error"].get<std::string>(), HasSubstr("b.example cannot be reached"));
  ASSERT_EQ(state["silent"].size(), 1U);
  EXPECT_THAT(state["silent"][0]["error"].get<std::string>(), HasSubstr("b.example cannot be reached"));
  EXPECT_EQ(state["silent"][0]["bind"], nullptr);
  EXPECT_EQ(counter("a", "length"), "1\n");
  EXPECT_EQ(counter("a", "backlog"), "0\n");
  mesh["a"].get("/metrics");
  EXPECT_EQ(mesh["a"].metrics.last.errands, 1);
  EXPECT_EQ(mesh["a"].metrics.last.peers_silent, 1);
  EXPECT_GE(mesh["a"].metrics.last.errand_age_max, 2min);
  mesh.power_on("b");
  mesh.advance(1min);
  EXPECT_EQ(peer("a", "b")["owed"], nullptr);
  EXPECT_EQ(peer("a", "b")["silent"], Json::array());
}

}  // namespace
}  // namespace pscheduler::test
