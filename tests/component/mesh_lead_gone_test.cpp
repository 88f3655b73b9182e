// A lead that is gone when its run is due: nobody measures for nobody.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

class MeshLeadGone : public MeshTest {
 protected:
  std::string at_two_minutes() {
    const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(2min))}});
    mesh.advance_to(at(1min));
    return path;
  }
  bool has_run(const std::string& node) { return !mesh[node].plugins.calls.empty(); }
};

TEST_F(MeshLeadGone, TheOthersDoNotMeasureForALeadThatHasLostItsPower) {
  const auto path = at_two_minutes();
  mesh.lose_power("a");
  mesh.advance_to(at(3min));
  for (const auto* node : {"b", "c"}) {
    const auto left = run(node, path);
    EXPECT_EQ(left["state"], "missed") << node;
    EXPECT_THAT(left["errors"].get<std::string>(), testing::HasSubstr("a.example"));
    EXPECT_FALSE(has_run(node));
  }
  const auto own = mesh["b"].post_task("exclusive", 10, {{"start", text_of(at(3min + 5s))}});
  mesh.advance_to(at(4min));
  EXPECT_EQ(mesh["b"].run_of(own)["state"], "finished");
}

TEST_F(MeshLeadGone, TheTimeOfSuchARunIsThereForOthers) {
  at_two_minutes();
  mesh.lose_power("a");
  mesh.advance_to(at(118s));
  const auto own = mesh["b"].post_task("exclusive", 5);
  mesh.advance_to(at(130s));
  EXPECT_EQ(mesh["b"].run_of(own)["state"], "finished");
}

TEST_F(MeshLeadGone, ALeadThatIsBackInTimeIsMeasuredFor) {
  const auto path = at_two_minutes();
  mesh.lose_power("a");
  mesh.advance(20s);
  mesh.power_on("a");
  mesh.advance_to(at(3min));
  for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(states(node, path), "finished") << node;
}

TEST_F(MeshLeadGone, OneMessageThatIsLostCostsNothing) {
  const auto path = at_two_minutes();
  int lost = 0;
  mesh.network.fate = [&lost](const WireCall& call) {
    return Fate{.request_is_lost = call.from == "b.example" && lost++ == 0};
  };
  mesh.advance_to(at(3min));
  EXPECT_GT(lost, 1);
  for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(states(node, path), "finished") << node;
}

// Behind a router that translates addresses, say.
TEST_F(MeshLeadGone, ALeadThatCanNeverBeCalledIsMeasuredFor) {
  mesh.network.fate = [](const WireCall& call) { return Fate{.request_is_lost = call.to == "a.example"}; };
  const auto path = at_two_minutes();
  mesh.advance_to(at(3min));
  for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(states(node, path), "finished") << node;
}

TEST_F(MeshLeadGone, ARunThatItsLeadHasLostIsNotStarted) {
  const auto path = at_two_minutes();
  mesh.network.fate = [](const WireCall& call) {
    return Fate{.request_is_lost = call.from == "a.example" && call.method == "DELETE"};
  };
  const auto href = run("a", path)["href"].get<std::string>();
  EXPECT_EQ(mesh["a"].call("DELETE", href.substr(href.find("/tasks/"))).status, 200);
  mesh.advance_to(at(150s));
  for (const auto* node : {"b", "c"}) {
    EXPECT_FALSE(has_run(node)) << node;
    EXPECT_EQ(states(node, path), "missed");
  }
}

// What is to start at once is not held up by questions.
TEST_F(MeshLeadGone, ALeadThatHasJustBeenHeardIsNotAsked) {
  mesh.advance(1s);
  const auto path = task("exclusive", {"a", "b"}, {{"start", text_of(at(30s))}});
  mesh.advance_to(at(50s));
  EXPECT_EQ(states("a", path), "finished");
  for (const auto& call : mesh.network.record) EXPECT_NE(call->from, "b.example") << call->line();
}

}  // namespace
}  // namespace pscheduler::test
