// What users of several nodes count on when all goes well: a run is at the same time on all of them, at a
// time that all of them have, and its results come together on the lead.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

class MeshAgreement : public MeshTest {
 protected:
  // A task of a node alone, which keeps it busy from then on.
  void occupy(const std::string& node, Duration start, int seconds) {
    mesh[node].post_task("exclusive", seconds, {{"start", text_of(at(start))}});
    mesh.advance(1s);
  }
};

TEST_F(MeshAgreement, ARunIsAtTheSameTimeOnAllAndItsResultsComeTogether) {
  const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}});
  mesh.advance_to(at(30s));
  for (const auto* node : {"a", "b", "c"}) {
    const auto planned = run(node, path);
    EXPECT_EQ(planned["state"], "pending") << node;
    EXPECT_EQ(planned["start-time"], text_of(at(1min))) << node;
    EXPECT_EQ(planned["participant-data-full"],
              Json::parse(R"([{"for":0,"node":"a.example"},{"for":1,"node":"b.example"},
                              {"for":2,"node":"c.example"}])"))
        << node;
    EXPECT_EQ(mesh[node].detail_of(path)["enabled"], true) << node;
  }
  mesh.advance_to(at(2min));
  std::string data;
  for (const auto* node : {"a", "b", "c"}) {
    const auto& calls = mesh[node].plugins.calls;
    ASSERT_EQ(calls.size(), 2U) << node;
    EXPECT_EQ(calls[0].times, (TimeRange{at(60s), at(70s)})) << node;
    if (data.empty()) data = calls[0].participant_data;
    EXPECT_EQ(calls[0].participant_data, data) << "all tools are told the same";
    EXPECT_EQ(run(node, path)["state"], "finished") << node;
    EXPECT_EQ(unfinished(node), std::string("task ") + path + " is enabled\n") << node;
  }
  const auto merged = run("a", path)["result-merged"];
  EXPECT_EQ(merged["succeeded"], true);
  ASSERT_EQ(merged["of"].size(), 3U) << merged;
  EXPECT_EQ(merged["of"][0]["node"], "a.example");
  EXPECT_EQ(merged["of"][1]["node"], "b.example");
  EXPECT_EQ(merged["of"][2]["node"], "c.example");
  EXPECT_EQ(run("b", path)["result-merged"], nullptr) << "only the lead merges";
}

TEST_F(MeshAgreement, WithoutAStartItIsSoonAlsoOverSlowLines) {
  const auto near = task("exclusive", {"a", "b"});
  mesh.advance(30s);
  EXPECT_EQ(states("a", near), "finished");
  const auto first = mesh["a"].plugins.calls[0].times.start;
  EXPECT_LE(first, at(3s));
  mesh.network.set_all_links({.latency_min = 400ms, .latency_max = 800ms});
  const auto before = mesh.universe.clock.now();
  const auto far = task("exclusive", {"a", "c"});
  mesh.advance(40s);
  EXPECT_EQ(states("a", far), "finished");
  EXPECT_EQ(states("c", far), "finished");
  EXPECT_LE(mesh["c"].plugins.calls[0].times.start, before + 25s);
}

TEST_F(MeshAgreement, WhereOneIsBusyTheNextTimeThatAllHaveIsTaken) {
  occupy("b", 30s, 60);
  occupy("c", 95s, 60);
  const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}, {"slip", "PT5M"}});
  mesh.advance_to(at(50s));
  for (const auto* node : {"a", "b", "c"}) {
    EXPECT_EQ(run(node, path)["start-time"], text_of(at(155s))) << node;
  }
  const auto other = task("normal", {"b", "a"}, {{"start", text_of(at(85s))}, {"slip", "PT5M"}});
  mesh.advance_to(at(80s));
  EXPECT_EQ(run("a", other)["start-time"], text_of(at(90s))) << "and two leads share a node";
  mesh.advance_to(at(4min));
  EXPECT_EQ(states("a", path), "finished");
  EXPECT_EQ(states("b", other), "finished");
}

TEST_F(MeshAgreement, WithoutATimeInCommonTheReasonNamesWhoHasNone) {
  occupy("c", 30s, 600);
  const auto path = task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}, {"slip", "PT1M"}});
  mesh.advance_to(at(50s));
  const auto nonstart = run("a", path);
  EXPECT_EQ(nonstart["state"], "nonstart");
  EXPECT_THAT(nonstart["errors"].get<std::string>(), testing::HasSubstr("c.example"));
  EXPECT_THAT(nonstart["errors"].get<std::string>(), testing::Not(testing::HasSubstr("b.example")));
  EXPECT_EQ(states("b", path), "");
  EXPECT_EQ(states("c", path), "");
}

TEST_F(MeshAgreement, EveryRepetitionIsOnAll) {
  const auto path =
      task("exclusive", {"a", "b", "c"}, {{"start", text_of(at(1min))}, {"repeat", "PT1M"}, {"max-runs", 8}});
  mesh.advance_to(at(10min));
  const std::string eight = "finished, finished, finished, finished, finished, finished, finished, finished";
  for (const auto* node : {"a", "b", "c"}) EXPECT_EQ(states(node, path), eight) << node;
}

// Two leads want the third node at the same seconds, again and again.
TEST_F(MeshAgreement, TwoLeadsShareAThirdNodeWithoutOverlapAndNoneIsLost) {
  const Json schedule = {
      {"start", text_of(at(1min))}, {"repeat", "PT1M"}, {"max-runs", 10}, {"slip", "PT50S"}};
  std::vector<std::shared_ptr<Pending>> posted;
  for (const auto* lead : {"a", "b", "a", "b"}) {
    const Json document = {{"test", mesh_test("exclusive", {lead, "c"})}, {"schedule", schedule}};
    posted.push_back(mesh[lead].begin("POST", "/tasks", document.dump()));
  }
  mesh.advance_to(at(13min));
  std::vector<TimeRange> taken;
  for (const auto& call : mesh["c"].plugins.calls) {
    if (call.what == "start") taken.push_back(call.times);
  }
  EXPECT_EQ(taken.size(), 40U);
  std::sort(taken.begin(), taken.end());
  for (std::size_t i = 1; i < taken.size(); ++i) EXPECT_FALSE(taken[i].overlaps(taken[i - 1]));
  for (std::size_t i = 0; i < posted.size(); ++i) {
    ASSERT_TRUE(posted[i]->answer);
    const auto url = posted[i]->answer->json().get<std::string>();
    const auto path = url.substr(url.find("/tasks/"));
    std::string ten = "finished";
    for (int n = 1; n < 10; ++n) ten += ", finished";
    EXPECT_EQ(states(i % 2 == 0 ? "a" : "b", path), ten);
    EXPECT_EQ(states("c", path), ten);
  }
}

TEST_F(MeshAgreement, NodesThatEachLeadOneTestWithAllOthersDoNotBlockEachOther) {
  const Json schedule = {
      {"start", text_of(at(1min))}, {"repeat", "PT2M"}, {"max-runs", 5}, {"slip", "PT100S"}};
  const std::vector<std::vector<std::string>> circles{{"a", "b", "c"}, {"b", "c", "a"}, {"c", "a", "b"}};
  std::vector<std::shared_ptr<Pending>> posted;
  for (const auto& circle : circles) {
    const Json document = {{"test", mesh_test("exclusive", circle)}, {"schedule", schedule}};
    posted.push_back(mesh[circle.front()].begin("POST", "/tasks", document.dump()));
  }
  mesh.advance_to(at(15min));
  for (std::size_t i = 0; i < circles.size(); ++i) {
    const auto url = posted[i]->answer->json().get<std::string>();
    const auto path = url.substr(url.find("/tasks/"));
    for (const auto& node : circles[i]) {
      EXPECT_EQ(states(node, path), "finished, finished, finished, finished, finished") << node;
    }
  }
}

struct Clocks {
  std::string name;
  Duration b;
  Duration c;
};

class MeshWithClocks : public MeshTest, public testing::WithParamInterface<Clocks> {
 protected:
  MeshWithClocks() : MeshTest({}) {
    mesh.add("a");
    mesh.add("b", {.clock_offset = GetParam().b, .drift_ppm = 50});
    mesh.add("c", {.clock_offset = GetParam().c, .drift_ppm = -50});
  }
};

TEST_P(MeshWithClocks, RunsAreAtTheSameTimeByTheClockOfEach) {
  const auto soon = task("exclusive", {"a", "b", "c"}, {{"slip", "PT1M"}});
  const auto later =
      task("normal", {"b", "a", "c"}, {{"start", "PT2M"}, {"repeat", "PT1M"}, {"max-runs", 5}});
  mesh.advance(10min);
  for (const auto* node : {"a", "b", "c"}) {
    EXPECT_EQ(states(node, soon), "finished") << node;
    EXPECT_EQ(run(node, soon)["start-time"], run("a", soon)["start-time"]) << node;
    EXPECT_EQ(states(node, later), "finished, finished, finished, finished, finished") << node;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, MeshWithClocks,
                         testing::Values(Clocks{"a little apart", 300ms, -200ms}, Clocks{"both fast", 2s, 1s},
                                         Clocks{"both slow", -2s, -3s}, Clocks{"far apart", 8s, -8s}),
                         CaseName());

}  // namespace
}  // namespace pscheduler::test
