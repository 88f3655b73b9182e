// Whom a task waits for, as its lead tells it.

#include "component/mesh.hpp"
#include "pscheduler/addr/url.hpp"

namespace pscheduler::test {
namespace {

class MeshWaits : public MeshTest {
 protected:
  [[nodiscard]] Json waiting_for(const std::string& path) { return mesh["a"].detail_of(path)["waiting-for"]; }
};

TEST_F(MeshWaits, AreToldStepByStep) {
  std::vector<std::string> seen;
  mesh.network.on_arrival = [&](const WireCall& call) {
    const auto task = TaskUrl::parse("https://a.example" + call.target.substr(0, call.target.find('?')));
    if (!task) return;
    for (const auto& wait : mesh["a"].peers.waits(task->task)) {
      const auto words = wait.host + " " + std::string(wait.step);
      if (seen.empty() || seen.back() != words) seen.push_back(words);
    }
  };
  const auto path = task("exclusive", {"a", "b"});
  mesh.advance(1min);
  EXPECT_EQ(states("a", path), "finished");
  EXPECT_THAT(seen, testing::IsSupersetOf(
                        {"b.example task", "b.example hold", "b.example announce", "b.example result"}));
  EXPECT_EQ(waiting_for(path), Json::array());
}

TEST_F(MeshWaits, AHostThatDoesNotAnswerIsNamedMeanwhile) {
  mesh.network.fate = [](const WireCall& call) { return Fate{.request_is_lost = call.method == "PUT"}; };
  const auto path = task("exclusive", {"a", "b"});
  mesh.advance(2s);
  const auto waits = waiting_for(path);
  ASSERT_EQ(waits.size(), 1U) << waits;
  EXPECT_EQ(waits[0]["host"], "b.example");
  EXPECT_EQ(waits[0]["step"], "hold");
  EXPECT_EQ(waits[0]["since"].get<std::string>().substr(0, 16), text_of(kNoon).substr(0, 16));
  EXPECT_EQ(mesh["b"].detail_of(path)["waiting-for"], Json::array()) << "it does not lead";
}

}  // namespace
}  // namespace pscheduler::test
