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

TEST_F(MeshPriority, AParticipantWhoseRunHasGivenWayIsNamedWithTheReason) {
  const auto low = at_a_minute({"a", "b"}, 60, 1);
  mesh.advance(5s);
  at_a_minute({"b"}, 10, 7);
  mesh["a"].plugins.merge = [](const Json&) { return Json{{"succeeded", false}}; };
  mesh.advance_to(at(4min));
  const auto over = run("a", low);
  EXPECT_EQ(over["state"], "failed");
  EXPECT_THAT(over["errors"].get<std::string>(),
              testing::HasSubstr("b.example has not measured: its run is preempted: Preempted by run "));
}

}  // namespace
}  // namespace pscheduler::test
