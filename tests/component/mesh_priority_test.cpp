// Runs of several nodes that give way to others of higher priority, while what they give way to is still
// being agreed on.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

class MeshPriority : public MeshTest {
 protected:
  std::string at_a_minute(const std::vector<std::string>& nodes, int seconds, int priority) {
    Json test = mesh_test("exclusive", nodes, seconds);
    return task("exclusive", nodes, {{"start", text_of(at(1min))}},
                {{"schema", 3}, {"test", std::move(test)}, {"priority", priority}});
  }
};

// One has given it up, as its lead, and removes it from the other, which is about to do so.
TEST_F(MeshPriority, ARunThatAllOfItsNodesGiveUpAtOnceGivesWay) {
  const auto low = at_a_minute({"b", "a"}, 60, 1);
  mesh.advance(5s);
  const auto high = at_a_minute({"a", "b"}, 10, 7);
  mesh.advance_to(at(50s));
  EXPECT_EQ(states("b", low), "preempted");
  EXPECT_EQ(states("a", low), "") << "its lead has removed it";
  EXPECT_EQ(states("a", high), "pending");
  EXPECT_EQ(states("b", high), "pending");
  mesh.advance_to(at(3min));
  EXPECT_EQ(states("a", high), "finished");
  EXPECT_EQ(states("b", high), "finished");
}

TEST_F(MeshPriority, ARunThatIsRemovedWhileItGivesWayIsNotStartedWhenTheOtherFails) {
  const auto low = at_a_minute({"a"}, 60, 1);
  mesh.advance(5s);
  const auto href = run("a", low)["href"].get<std::string>();
  mesh.network.fate = [](const WireCall& call) { return Fate{.request_is_lost = call.method == "PUT"}; };
  const auto high = at_a_minute({"a", "b"}, 10, 7);
  mesh.advance(1s);
  EXPECT_EQ(mesh["a"].call("DELETE", href.substr(href.find("/tasks/"))).status, 200);
  mesh.advance_to(at(3min));
  EXPECT_EQ(states("a", high), "nonstart");
  EXPECT_TRUE(mesh["a"].plugins.calls.empty());
  EXPECT_EQ(mesh["a"].log.count("RUN_STATE_REFUSED"), 0);
}

TEST_F(MeshPriority, TheTimeOfARunThatGivesWayIsNotGivenToOthersUntilItHasGivenWay) {
  const auto low = at_a_minute({"c"}, 60, 1);
  mesh.advance(5s);
  mesh.network.fate = [](const WireCall& call) {
    return Fate{.request_is_lost = call.method == "PUT" && call.to == "b.example"};
  };
  const auto high = at_a_minute({"c", "b"}, 10, 7);
  mesh.advance(1s);
  const auto third = task("exclusive", {"a", "c"}, {{"start", text_of(at(80s))}, {"slip", "PT5M"}});
  mesh.advance_to(at(5min));
  EXPECT_EQ(states("c", high), "nonstart") << "b was never heard";
  EXPECT_EQ(states("c", low), "finished");
  EXPECT_EQ(states("c", third), "finished");
  const auto& calls = mesh["c"].plugins.calls;
  ASSERT_EQ(calls.size(), 4U);
  EXPECT_FALSE(calls[0].times.overlaps(calls[2].times)) << "what had been given up was taken back";
}

TEST_F(MeshPriority, ALeadIsToldAtOnceThatItsRunHasGivenWayElsewhereAndWhy) {
  const auto low = at_a_minute({"a", "b", "c"}, 60, 1);
  mesh.advance(5s);
  at_a_minute({"b"}, 10, 7);
  mesh.advance(2s);
  const auto lost = run("a", low);
  EXPECT_EQ(lost["state"], "preempted");
  EXPECT_THAT(lost["errors"].get<std::string>(),
              testing::StartsWith("b.example has given the run up: Preempted by run "));
  EXPECT_EQ(states("b", low), "preempted") << "which keeps it, as it says why";
  EXPECT_EQ(states("c", low), "") << "nobody measures alone";
  mesh.advance_to(at(4min));
  EXPECT_TRUE(mesh["a"].plugins.calls.empty());
  EXPECT_TRUE(mesh["c"].plugins.calls.empty());
  for (const auto* node : {"a", "b", "c"}) {
    EXPECT_THAT(unfinished(node), testing::Not(testing::HasSubstr("owed"))) << node;
  }
}

TEST_F(MeshPriority, WhatHasGivenWayElsewhereIsPlannedAnewWithinItsSlip) {
  Json test = mesh_test("exclusive", {"a", "b"}, 20);
  const auto low = task("exclusive", {"a", "b"}, {{"start", text_of(at(1min))}, {"slip", "PT5M"}},
                        {{"test", std::move(test)}});
  mesh.advance(5s);
  mesh["b"].post_task("exclusive", 30, {{"start", text_of(at(1min))}}, {{"schema", 3}, {"priority", 7}});
  mesh.advance(5s);
  EXPECT_EQ(states("a", low), "preempted, pending");
  EXPECT_EQ(states("b", low), "preempted, pending");
  mesh.advance_to(at(4min));
  EXPECT_EQ(states("a", low), "preempted, finished");
  EXPECT_EQ(mesh["a"].plugins.calls.at(0).times.start, at(90s));
}

TEST_F(MeshPriority, ALeadThatCannotBeReachedIsToldWhenItCan) {
  const auto low = at_a_minute({"a", "b"}, 60, 1);
  mesh.advance(5s);
  mesh.network.part("a.example", "b.example");
  at_a_minute({"b"}, 10, 7);
  mesh.advance(10s);
  EXPECT_EQ(states("a", low), "pending");
  EXPECT_EQ(states("b", low), "preempted");
  mesh.lose_power("b");
  mesh.advance(5s);
  mesh.power_on("b");
  mesh.network.join("a.example", "b.example");
  mesh.advance_to(at(58s));
  EXPECT_EQ(states("a", low), "preempted") << "it is not forgotten with the power";
}

TEST_F(MeshPriority, ARunIsGivenUpOnlyByAnotherParticipantWhoMayWriteToTheTask) {
  const auto path = at_a_minute({"a", "b"}, 60, 1);
  mesh.advance(5s);
  const auto href = run("a", path)["href"].get<std::string>();
  const auto target = href.substr(href.find("/tasks/"));
  const auto put = [&](const std::string& to, const Json& notice, const Peer& peer) {
    return mesh["a"].call("PUT", to, Json{{"gave-way", notice}}.dump(), peer).status;
  };
  const Json good = {{"participant", 1}, {"reason", "No time."}};
  const Peer stranger{.address = "203.0.113.9"};
  EXPECT_EQ(put(target, good, stranger), 403);
  EXPECT_EQ(put(target, {{"participant", 0}, {"reason", "No time."}}, {}), 400);
  EXPECT_EQ(put(target, {{"participant", 2}, {"reason", "No time."}}, {}), 400);
  EXPECT_EQ(put(target, {{"participant", 1}}, {}), 400);
  EXPECT_EQ(put(path + "/runs/7d100000-0000-4000-8000-000000000001", good, {}), 404);
  EXPECT_EQ(states("a", path), "pending");
  EXPECT_EQ(put(target, good, {}), 200);
  EXPECT_EQ(states("a", path), "preempted");
  EXPECT_EQ(run("a", path)["errors"], "b.example has given the run up: No time.");
  EXPECT_EQ(put(target, good, {}), 200) << "it may be said twice";
}

}  // namespace
}  // namespace pscheduler::test
