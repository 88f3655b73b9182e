// The schedule as clients see it, and what is counted.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ScheduleViews : public WorldTest {
 protected:
  static std::string range(Duration from, Duration until) {
    const auto query_text = [](Instant at) {
      auto text = text_of(at);
      return text.replace(text.find('+'), 1, "%2B");
    };
    return "start=" + query_text(at(from)) + "&end=" + query_text(at(until));
  }
  std::string id_of(const std::string& task) { return task.substr(task.rfind('/') + 1); }
};

TEST_F(ScheduleViews, TheScheduleShowsRunsWithTheirTasksAndPlugIns) {
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1M"}},
                                     {{"schema", 3}, {"priority", 4}, {"_key", "secret"}});
  const auto list = world->get("/schedule").json();
  ASSERT_EQ(list.size(), 1U);
  const auto& run = list[0];
  EXPECT_EQ(run["start-time"], text_of(at(1min)));
  EXPECT_EQ(run["end-time"], text_of(at(70s)));
  EXPECT_EQ(run["state"], "pending");
  EXPECT_EQ(run["state-display"], "Pending");
  EXPECT_EQ(run["errors"], nullptr);
  EXPECT_EQ(run["priority"], 4);
  EXPECT_EQ(run["href"], world->run_of(task)["href"]);
  EXPECT_EQ(run["result-href"], world->run_of(task)["result-href"]);
  EXPECT_EQ(run["cli"], Json::array({"--seconds", "10"}));
  EXPECT_EQ(run["task"]["href"], "https://node.example/pscheduler" + task);
  EXPECT_EQ(run["task"]["test"]["type"], "exclusive");
  EXPECT_EQ(run["task"]["_key"], nullptr);
  EXPECT_FALSE(run["task"].contains("detail"));
  EXPECT_EQ(run["test"]["name"], "exclusive");
  EXPECT_EQ(run["test"]["scheduling-class"], "exclusive");
  EXPECT_EQ(run["tool"]["name"], "exclusive-tool");
  EXPECT_EQ(run.size(), 12U);
}

TEST_F(ScheduleViews, TheScheduleIsFilteredByTimeAndTask) {
  const auto first = world->post_task("background", 10, {{"start", "PT1M"}});
  const auto second = world->post_task("background", 10, {{"start", "PT2M"}});
  const auto starts = [&](const std::string& query) {
    std::vector<std::string> found;
    for (const auto& run : world->get("/schedule?" + query).json()) found.push_back(run["start-time"]);
    return found;
  };
  const auto one = text_of(at(1min));
  const auto two = text_of(at(2min));
  EXPECT_THAT(starts(""), testing::ElementsAre(one, two));
  EXPECT_THAT(starts(range(65s, 121s)), testing::ElementsAre(one, two)) << "those that overlap";
  EXPECT_THAT(starts(range(70s, 120s)), testing::IsEmpty());
  EXPECT_THAT(starts("task=" + id_of(second)), testing::ElementsAre(two));
  EXPECT_EQ(world->get("/schedule?" + range(5min, 6min)).body, "[]\n");
}

TEST_F(ScheduleViews, ALongScheduleComesWholeAndInOrder) {
  const auto task = world->post_task("background", 1, {{"repeat", "PT2M"}});
  world->advance(10s);
  const auto list = world->get("/schedule").json();
  EXPECT_GT(list.size(), 600U) << "several pages";
  for (std::size_t i = 1; i < list.size(); ++i) {
    ASSERT_LT(list[i - 1]["start-time"], list[i]["start-time"]);
  }
  EXPECT_EQ(list.size(), world->get(task + "/runs").json().size());
  EXPECT_EQ(world->get("/schedule?pretty").json(), list);
}

TEST_F(ScheduleViews, PrettyIsWrittenAsEverywhere) {
  world->post_task("background", 10);
  const auto pretty = world->get("/schedule?pretty").body;
  EXPECT_TRUE(pretty.starts_with("[\n    {\n        \"cli\": [\n            \"--seconds\", \n"))
      << pretty.substr(0, 80);
  EXPECT_TRUE(pretty.ends_with("\n    }\n]\n")) << pretty.substr(pretty.size() - 20);
  EXPECT_EQ(world->get("/schedule?pretty&" + range(5min, 6min)).body, "[]\n");
}

struct BadRequest {
  std::string_view name;
  std::string target;
  std::string_view says;
};

class RefusedViews : public ScheduleViews, public testing::WithParamInterface<BadRequest> {};

TEST_P(RefusedViews, AreClientErrors) {
  const auto answer = world->get(GetParam().target);
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr(std::string(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedViews,
    testing::Values(BadRequest{"start", "/schedule?start=soon", "start"},
                    BadRequest{"end", "/schedule?end=2030-01-02", "end"},
                    BadRequest{"reversed", "/schedule?start=2030-01-02T12:00:01Z&end=2030-01-02T12:00:00Z",
                               "start lies"},
                    BadRequest{"task", "/schedule?task=mine", "UUID"},
                    BadRequest{"format", "/schedule?format=gif", "svg"},
                    BadRequest{"window", "/monitor?window=0", "window"},
                    BadRequest{"window text", "/monitor?window=x", "window"},
                    BadRequest{"counter start", "/stat/runs/pending?start=soon", "start"},
                    BadRequest{"counter end", "/stat/runs/pending?end=-1H", "end"}),
    CaseName());

TEST_F(ScheduleViews, APictureHasABoxForEachRunInTheColumnOfItsClass) {
  world->post_task("exclusive", 10, {{"start", "PT1M"}});
  world->post_task("background", 10, {{"start", "PT1M"}});
  world->post_task("exclusive", 10, {{"start", "PT1M"}});  // finds no room
  const auto picture = world->get("/schedule?format=svg&" + range(0s, 10min));
  EXPECT_EQ(picture.type, "image/svg+xml");
  EXPECT_THAT(picture.body, HasSubstr("width=\"800\" height=\"1200\""));
  EXPECT_THAT(picture.body,
              HasSubstr("node.example, 2030-01-02T12:00:00+00:00 to 2030-01-02T12:10:00+00:00, 3 runs"));
  EXPECT_THAT(picture.body, HasSubstr(">Non-starting</text>"));
  EXPECT_TRUE(picture.body.ends_with("</svg>\n"));
  std::vector<std::string> boxes;
  for (auto at = picture.body.find("<rect x="); at != std::string::npos;
       at = picture.body.find("<rect x=", at + 1)) {
    boxes.push_back(picture.body.substr(at, picture.body.find('>', at) - at));
  }
  EXPECT_EQ(boxes.size(), 3U);
}

TEST_F(ScheduleViews, PlotDataAreLinesWithTheLongestFirst) {
  world->post_task("background", 10, {{"start", "PT1M"}});
  world->post_task("exclusive", 20, {{"start", "PT2M"}});
  world->post_task("normal", 5, {{"start", "PT3M"}});
  const auto data = world->get("/schedule?format=data");
  EXPECT_EQ(data.type, "text/plain; charset=utf-8");
  EXPECT_EQ(data.body,
            "1 2030-01-02T12:02:00 2030-01-02T12:02:20\n"
            "3 2030-01-02T12:01:00 2030-01-02T12:01:10\n"
            "2 2030-01-02T12:03:00 2030-01-02T12:03:05\n");
  const auto script = world->get("/schedule?format=script").body;
  EXPECT_THAT(script, HasSubstr("set terminal png size 800,1200"));
  EXPECT_THAT(script, HasSubstr("1 2030-01-02T12:02:00 2030-01-02T12:02:20\n"));
}

TEST_F(ScheduleViews, APngWithoutGnuplotSaysWhatToDo) {
  const auto answer = world->get("/schedule?format=png");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr("install"));
  EXPECT_THAT(answer.body, HasSubstr("format=svg"));
}

TEST_F(ScheduleViews, AMonitorShowsWhatWasIsAndComes) {
  const auto task =
      world->post_task("background", 30, {{"start", text_of(at(1min))}, {"repeat", "PT1M"}, {"max-runs", 7}});
  world->advance_to(at(4min + 10s));
  const auto list = world->get("/monitor?window=2").json();
  std::vector<std::pair<int, std::string>> shown;
  for (const auto& run : list) shown.emplace_back(run["ppf"], run["start-time"]);
  EXPECT_THAT(shown, testing::ElementsAre(std::pair(-1, text_of(at(2min))), std::pair(-1, text_of(at(3min))),
                                          std::pair(0, text_of(at(4min))), std::pair(1, text_of(at(5min))),
                                          std::pair(1, text_of(at(6min)))));
  EXPECT_EQ(list[2]["state"], "running");
  EXPECT_EQ(list[2]["task"]["href"], "https://node.example/pscheduler" + task);
  EXPECT_THAT(list[2]["href"].get<std::string>(), HasSubstr(task + "/runs/"));
  EXPECT_EQ(list[2]["result-href"], list[2]["href"].get<std::string>() + "/result");
  EXPECT_EQ(list[2]["cli"], Json::array({"--seconds", "30"}));
  EXPECT_EQ(list[2].size(), 10U);
  EXPECT_EQ(world->get("/monitor").json().size(), 7U);
}

TEST_F(ScheduleViews, RunsAreCountedByStateAndStart) {
  world->post_task("background", 10, {{"repeat", "PT1M"}, {"max-runs", 5}});
  world->advance_to(at(90s));
  const auto count = [&](const std::string& query) { return world->get("/stat/runs/" + query).body; };
  EXPECT_EQ(count("finished"), "2\n");
  EXPECT_EQ(count("pending"), "3\n");
  EXPECT_EQ(count("missed"), "0\n");
  EXPECT_EQ(count("pending?start=%2BPT1M"), "2\n");
  EXPECT_EQ(count("pending?start=+PT1M"), "2\n") << "a plus sign that was not escaped";
  EXPECT_EQ(count("finished?start=-PT1M"), "1\n");
  EXPECT_EQ(count("finished?end=-PT1M&start=2030-01-02T11:00:00Z"), "1\n");
  EXPECT_EQ(count("finished?start=-PT1M&end=2030-01-02T11:00:00Z"), "1\n") << "reversed";
  EXPECT_EQ(world->get("/stat/runs/finished").type, "text/html; charset=utf-8");
  EXPECT_EQ(world->get("/stat/runs/scheduling").status, 404);
  EXPECT_EQ(world->get("/stat/runs/canceled").status, 404);
  EXPECT_EQ(world->get("/stat/runs/nonsense").status, 404);
  EXPECT_EQ(world->get("/stat/runs").status, 404);
  EXPECT_EQ(world->get("/stat/http-queue/backlog").body, "0\n");
  EXPECT_EQ(world->get("/stat/http-queue/length").body, "0\n");
}

TEST_F(ScheduleViews, MetricsAreCollectedAsTheyHappen) {
  const auto task = world->post_task("background", 10);
  world->advance_to(at(1min));
  world->get(task);
  world->get("/nowhere");
  const auto answer = world->get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.type, "text/plain; version=0.0.4; charset=utf-8");
  const auto& lines = world->metrics.lines;
  EXPECT_THAT(lines, testing::IsSupersetOf({"POST tasks 200", "pending", "on-deck", "cleanup", "finished",
                                            "GET tasks/* 200", "GET unknown 404"}));
  EXPECT_THAT(lines, testing::Contains(testing::StartsWith("running late ")));
  EXPECT_EQ(world->metrics.last.census.tasks, 1);
  EXPECT_EQ(world->metrics.last.census.runs.at(static_cast<std::size_t>(RunState::finished)), 1);
  EXPECT_EQ(world->metrics.last.uptime, 1min);
}

TEST_F(ScheduleViews, ARunTellsItsLife) {
  const auto task = world->post_task("background", 10);
  world->advance_to(at(1min));
  const auto history = world->run_of(task)["history"];
  std::vector<std::string> states;
  for (const auto& step : history) {
    states.push_back(step["to"]);
    EXPECT_THAT(step["time"].get<std::string>(), testing::MatchesRegex(".*T[0-9:]+\\.[0-9]{6}\\+00:00"));
    EXPECT_NE(step["reason"], "");
    EXPECT_NE(step["actor"], "");
  }
  EXPECT_THAT(states, testing::ElementsAre("pending", "on-deck", "running", "cleanup", "finished"));
  EXPECT_EQ(history[0]["from"], nullptr);
  EXPECT_EQ(history[4]["from"], "cleanup");
}

TEST_F(ScheduleViews, ATaskTellsWhenItWasAddedAndCanceled) {
  const auto task = world->post_task("background", 10, {{"repeat", "PT1M"}, {"start", "PT1M"}});
  world->advance_to(at(30s));
  EXPECT_EQ(world->detail_of(task)["plans-runs"], true);
  world->call("DELETE", task);
  const auto detail = world->detail_of(task);
  EXPECT_EQ(detail["plans-runs"], false);
  const auto history = detail["history"];
  EXPECT_EQ(history[0]["event"], "added");
  EXPECT_EQ(history[0]["actor"], "api 127.0.0.1");
  EXPECT_EQ(history[0]["time"], "2030-01-02T12:00:00.000000+00:00");
  EXPECT_EQ(history[1]["event"], "canceled");
  EXPECT_EQ(history[1]["time"], "2030-01-02T12:00:30.000000+00:00");
}

TEST_F(ScheduleViews, HeadIsForSingleThings) {
  const auto task = world->post_task("background", 10);
  const std::vector<std::string> collections = {"/tasks", task + "/runs", "/tests",
                                                "/tools", "/archivers",   "/contexts"};
  for (const auto& collection : collections) {
    const auto refused = world->call("HEAD", collection);
    EXPECT_EQ(refused.status, 405) << collection;
    EXPECT_THAT(refused.headers.at(0).second, Not(HasSubstr("HEAD"))) << collection;
  }
  for (const std::string single : {"/", "/clock", "/tests/background", "/schedule"}) {
    EXPECT_EQ(world->call("HEAD", single).status, 200) << single;
  }
}

}  // namespace
}  // namespace pscheduler::test
