// Hosts and lines that fail while several nodes do something together: the user learns who and why, and
// nothing is left behind on anybody, at the latest a minute after the trouble is over.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

// How long everybody has to tidy up.
constexpr Duration kTidy = 1min;

class MeshTrouble : public MeshTest {
 protected:
  // Whatever came of the task, all is over everywhere.
  void expect_nothing_left(const std::string& task) {
    for (const auto* node : {"a", "b", "c"}) {
      EXPECT_EQ(unfinished(node), task.empty() ? "" : "task " + task + " is enabled\n") << node << ":\n"
                                                                                        << story();
      EXPECT_EQ(mesh[node].runner.active(), 0U) << node;
      // The time of runs that were not agreed on is free again.
      const auto own = mesh[node].post_task("exclusive", 1);
      mesh.advance(5s);
      EXPECT_EQ(mesh[node].run_of(own)["state"], "finished") << node << " is still taken:\n" << story();
    }
  }
  [[nodiscard]] std::string story() const { return mesh.network.transcript(); }
};

TEST_F(MeshTrouble, AHostThatIsDownIsNamedAndNobodyKeepsTheTask) {
  mesh.lose_power("c");
  const auto answer = post("exclusive", {"a", "b", "c"});
  EXPECT_NE(answer.status, 200);
  EXPECT_THAT(answer.body, testing::HasSubstr("c.example"));
  EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr("b.example")));
  mesh.power_on("c");
  mesh.advance(kTidy);
  expect_nothing_left("");
}

TEST_F(MeshTrouble, AToolThatOneDeclinesIsNotTakenAndTheWordsOfAllAreHeard) {
  mesh["a"].plugins.add_tool("spare", "normal", -1);
  mesh["c"].plugins.add_tool("spare", "normal", -1);
  mesh["b"].plugins.declines["normal-tool"] = "There is no room for it";
  const auto answer = post("normal", {"a", "b", "c"});
  EXPECT_EQ(answer.status, 422) << answer.body;
  EXPECT_THAT(answer.body, testing::HasSubstr("b.example"));
  EXPECT_THAT(answer.body, testing::HasSubstr("There is no room for it"));
  mesh["b"].plugins.add_tool("spare", "normal", -1);
  const auto path = task("normal", {"a", "b", "c"});
  EXPECT_EQ(mesh["a"].get(path).json()["tool"], "spare") << "all have it";
}

TEST_F(MeshTrouble, AParticipantThatIsDownWhenTheRunIsDueIsNamedInTheResult) {
  const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}});
  mesh.advance_to(at(30s));
  mesh.lose_power("c");
  mesh.advance_to(at(5min));
  const auto over = run("a", path);
  EXPECT_NE(over["state"], "pending");
  EXPECT_EQ(over["result-full"].size(), 3U) << over;
  EXPECT_THAT(over.dump(), testing::HasSubstr("c.example"));
  EXPECT_EQ(over["result-full"][0]["succeeded"], true);
  EXPECT_EQ(over["result-full"][1]["succeeded"], true) << "b has measured";
  mesh.power_on("c");
  mesh.advance(kTidy);
  expect_nothing_left(path);
}

TEST_F(MeshTrouble, ARepeatingTaskGoesOnWhenItsParticipantIsBack) {
  const auto path =
      task("exclusive", {"a", "b"}, {{"start", text_of(at(1min))}, {"repeat", "PT1M"}, {"max-runs", 9}});
  mesh.advance_to(at(150s));
  mesh.lose_power("b");
  mesh.advance_to(at(270s));
  mesh.power_on("b");
  mesh.advance_to(at(10min));
  const auto all = states("a", path);
  EXPECT_TRUE(all.starts_with("finished, finished, ")) << all;
  std::size_t good = 0;
  for (const auto& each : mesh["b"].runs_of(path)) good += each["state"] == "finished" ? 1 : 0;
  EXPECT_GE(good, 6U) << "two before, those after it was back\n" << states("b", path);
}

// What befalls one call of a whole story: submission, agreement, results.
struct Trouble {
  std::string name;
  std::function<Fate(Mesh& mesh, const WireCall& call)> happens;
};

void PrintTo(const Trouble& trouble, std::ostream* to) {
  *to << trouble.name;
}

std::string node_of(const std::string& host) {
  return host.substr(0, host.find('.'));
}

class MeshTroubleAtACall : public MeshTrouble, public testing::WithParamInterface<std::tuple<Trouble, int>> {
 protected:
  void come_back() {
    for (const auto* node : {"a", "b", "c"}) {
      if (!mesh.is_on(node)) mesh.power_on(node);
    }
  }
  // Also those that have not happened yet.
  void end_troubles() {
    mesh.network.fate = {};
    mesh.network.set_all_links({});
    for (const auto* node : {"a", "b", "c"}) {
      mesh[node].store.before_commit = mesh[node].store.after_commit = {};
    }
  }
  // The only task, unless it was given up.
  std::string task_that_is_enabled() {
    for (const auto& url : mesh["a"].get("/tasks").json()) {
      const auto text = url.get<std::string>();
      const auto path = text.substr(text.find("/tasks/"));
      if (mesh["a"].detail_of(path)["enabled"] == true) return path;
    }
    return {};
  }
  bool anybody_ran() {
    for (const auto* node : {"a", "b", "c"}) {
      if (!mesh[node].plugins.calls.empty()) return true;
    }
    return false;
  }
  void check_run(const std::string& path) {
    const auto over = mesh["a"].run_of(path);
    const auto state = over["state"].get<std::string>();
    EXPECT_THAT(state, testing::AnyOf("finished", "failed", "nonstart", "missed")) << story();
    if (state == "finished") {
      for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(run(node, path)["start-time"], over["start-time"]);
    } else {
      EXPECT_THAT(over["errors"].dump(), testing::ContainsRegex("[abc].example|daemon")) << "who is to blame";
    }
  }
};

// The trouble happens at one call, and is over before the run is due, or a minute after.
TEST_P(MeshTroubleAtACall, EverybodyComesOutOfItClean) {
  const auto& [trouble, number] = GetParam();
  int count = 0;
  mesh.network.fate = [&, what = trouble.happens, which = number](const WireCall& call) {
    return count++ == which ? what(mesh, call) : Fate{};
  };
  const Json document = {{"test", mesh_test("exclusive", {"a", "b", "c"})},
                         {"schedule", {{"start", text_of(at(90s))}, {"slip", "PT10S"}}}};
  const auto posted = mesh["a"].begin("POST", "/tasks", document.dump());
  mesh.advance_to(at(75s));
  come_back();
  mesh.advance_to(at(150s));
  come_back();
  end_troubles();
  mesh.advance(kTidy);
  ASSERT_TRUE(posted->answer || posted->cancelled) << story();
  const auto path = task_that_is_enabled();
  if (posted->answer && posted->answer->status != 200) {
    EXPECT_THAT(posted->answer->body, testing::ContainsRegex("[bc].example")) << "who is to blame";
    EXPECT_EQ(path, "") << story();
  }
  if (path.empty()) {
    EXPECT_FALSE(anybody_ran()) << story();
  } else {
    check_run(path);
  }
  expect_nothing_left(path);
}

const std::vector<Trouble> kTroubles{
    {"request lost", [](Mesh&, const WireCall&) { return Fate{.request_is_lost = true}; }},
    {"answer lost", [](Mesh&, const WireCall&) { return Fate{.answer_is_lost = true}; }},
    {"request very late", [](Mesh&, const WireCall&) { return Fate{.request_takes_longer = 35s}; }},
    {"answer very late", [](Mesh&, const WireCall&) { return Fate{.answer_takes_longer = 35s}; }},
    {"participant dies before it",
     [](Mesh& mesh, const WireCall& call) {
       mesh.lose_power(node_of(call.to));
       return Fate{};
     }},
    {"participant dies and is silent",
     [](Mesh& mesh, const WireCall& call) {
       mesh.network.set_silent_when_off(call.to);
       mesh.lose_power(node_of(call.to));
       return Fate{};
     }},
    {"participant dies at its next commit",
     [](Mesh& mesh, const WireCall& call) {
       mesh.lose_power_at_commit(node_of(call.to), 0, Mesh::Commit::is_lost);
       return Fate{};
     }},
    {"participant dies after its next commit",
     [](Mesh& mesh, const WireCall& call) {
       mesh.lose_power_at_commit(node_of(call.to), 0, Mesh::Commit::is_durable);
       return Fate{};
     }},
    {"lead dies",
     [](Mesh& mesh, const WireCall& call) {
       mesh.lose_power(node_of(call.from));
       return Fate{};
     }},
    {"lead dies at its next commit",
     [](Mesh& mesh, const WireCall& call) {
       mesh.lose_power_at_commit(node_of(call.from), 0, Mesh::Commit::is_lost);
       return Fate{};
     }},
    {"lead dies after its next commit",
     [](Mesh& mesh, const WireCall& call) {
       mesh.lose_power_at_commit(node_of(call.from), 0, Mesh::Commit::is_durable);
       return Fate{};
     }},
    {"the line breaks",
     [](Mesh& mesh, const WireCall& call) {
       mesh.network.part(call.from, call.to);
       return Fate{};
     }},
};

struct StoryName {
  template <class Info>
  std::string operator()(const Info& story) const {
    std::string name = std::get<0>(story.param).name;
    std::replace(name.begin(), name.end(), ' ', '_');
    return name + "_" + std::to_string(std::get<1>(story.param));
  }
};

// As many calls as the story has when nothing happens; each step asks two participants.
INSTANTIATE_TEST_SUITE_P(Each, MeshTroubleAtACall,
                         testing::Combine(testing::ValuesIn(kTroubles), testing::Range(0, 18, 2)),
                         StoryName());

}  // namespace
}  // namespace pscheduler::test
