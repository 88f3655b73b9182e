// A task, or a run, that is removed on its lead is removed on all participants, whoever of them can be
// reached just then; and nobody else can remove it.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

class MeshCancel : public MeshTest {
 protected:
  void expect_gone(const std::string& task, const std::vector<std::string>& nodes) {
    for (const auto& node : nodes) {
      EXPECT_EQ(unfinished(node), "") << node << '\n' << mesh.network.transcript();
      EXPECT_EQ(mesh[node].plugins.running, 0) << node;
      const auto answer = mesh[node].get(task + "?detail");
      if (answer.status == 200) {
        EXPECT_EQ(answer.json()["detail"]["enabled"], false) << node;
      }
    }
  }
};

TEST_F(MeshCancel, OfATaskReachesEverybody) {
  const auto path =
      task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}, {"repeat", "PT2M"}, {"max-runs", 4}});
  mesh.advance_to(at(30s));
  ASSERT_EQ(mesh["c"].runs_of(path).size(), mesh["a"].runs_of(path).size());
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  mesh.advance(2s);
  expect_gone(path, {"a", "b", "c"});
  mesh.advance(5min);
  for (const auto* node : {"a", "b", "c"}) EXPECT_TRUE(mesh[node].plugins.calls.empty()) << node;
  expect_gone(path, {"a", "b", "c"});
}

TEST_F(MeshCancel, EndsTheToolsThatAreAtWork) {
  const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}});
  mesh.advance_to(at(65s));
  for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(mesh[node].plugins.running, 1) << node;
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  mesh.advance(2s);
  expect_gone(path, {"a", "b", "c"});
  for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(states(node, path), "canceled") << node;
}

TEST_F(MeshCancel, WaitsForThoseWhoCannotBeReached) {
  const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(20min))}});
  mesh.advance(5s);
  mesh.lose_power("b");
  mesh.network.part("a.example", "c.example");
  const auto before = mesh.universe.clock.now();
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  EXPECT_LE(mesh.universe.clock.now() - before, 1s) << "the user does not wait for them";
  mesh.advance(5min);
  mesh.lose_power("a");
  mesh.power_on("a");
  mesh.power_on("b");
  mesh.network.join("a.example", "c.example");
  mesh.advance(1min);
  expect_gone(path, {"a", "b", "c"});
  mesh.advance(20min);
  for (const auto* node : {"a", "b", "c"}) EXPECT_TRUE(mesh[node].plugins.calls.empty()) << node;
}

TEST_F(MeshCancel, OfOneRunLeavesTheTask) {
  const auto path = task("exclusive", {"a", "b"}, {{"start", text_of(at(10min))}});
  mesh.advance(5s);
  const auto href = run("a", path)["href"].get<std::string>();
  const auto run_path = href.substr(href.find("/tasks/"));
  EXPECT_EQ(mesh["a"].call("DELETE", run_path).status, 200);
  mesh.advance(2s);
  EXPECT_EQ(mesh["b"].get(run_path).status, 404);
  EXPECT_EQ(mesh["b"].detail_of(path)["enabled"], true);
}

TEST_F(MeshCancel, BeforeTheRunIsAgreedOnLeavesNothingOnAnybody) {
  for (const Duration after : {1ms, 10ms, 25ms, 50ms, 80ms, 120ms, 200ms}) {
    mesh.network.record.clear();
    const auto path = task("exclusive", {"a", "b", "c"}, {{"start", "PT1M"}});
    mesh.advance(after);
    EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
    mesh.advance(40s);
    expect_gone(path, {"a", "b", "c"});
    mesh.advance(1min);
  }
  for (const auto* node : {"a", "b", "c"}) EXPECT_TRUE(mesh[node].plugins.calls.empty()) << node;
}

}  // namespace
}  // namespace pscheduler::test
