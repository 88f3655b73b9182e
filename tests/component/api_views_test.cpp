// What the API shows of tasks, runs, plug-ins and the node itself.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class Views : public WorldTest {};

TEST_F(Views, ATaskIsShownAsItWasPostedWithWhatIsKnownOfIt) {
  const auto task = world->post_task("background", 10, {{"slip", "PT5M"}, {"start", "PT1H"}},
                                     {{"schema", 3},
                                      {"priority", 7},
                                      {"#note", "a comment"},
                                      {"tool", "mine"},
                                      {"reference", {{"tag", 1}}}});
  const auto plain = world->get(task).json();
  EXPECT_EQ(plain["tool"], "background-tool") << "the choice is this node's";
  EXPECT_EQ(plain["href"], "https://node.example/pscheduler" + task);
  EXPECT_FALSE(plain.contains("detail"));
  EXPECT_FALSE(plain.contains("#note"));
  EXPECT_FALSE(plain.contains("participants"));
  const auto detail = world->detail_of(task);
  EXPECT_EQ(detail["added"], text_of(at(0s)));
  EXPECT_EQ(detail["start"], text_of(at(1h)));
  EXPECT_EQ(detail["slip"], "PT5M");
  EXPECT_EQ(detail["duration"], "PT10S");
  EXPECT_EQ(detail["post"], "P0D");
  EXPECT_EQ(detail["participant"], 0);
  EXPECT_EQ(detail["participants"], Json::array({"node.example"}));
  EXPECT_EQ(detail["cli"], Json::array({"--seconds", "10"}));
  EXPECT_EQ(detail["anytime"], true);
  EXPECT_EQ(detail["exclusive"], false);
  EXPECT_EQ(detail["hints"], (Json{{"requester", "127.0.0.1"}, {"server", "192.0.2.1"}}));
  EXPECT_EQ(detail["first-run-href"], "https://node.example/pscheduler" + task + "/runs/first");
  EXPECT_EQ(world->run_of(task)["priority"], 7);
  EXPECT_EQ(world->get(task + "/cli").json(), Json::array({"background", "--seconds", "10"}));
}

TEST_F(Views, PostingExpandedLeadsToTheTask) {
  const auto answer = world->call("POST", "/tasks?expanded&detail=True&pretty",
                                  R"({"test":{"type":"background","spec":{"seconds":5}},"schedule":{}})");
  EXPECT_EQ(answer.status, 303);
  ASSERT_EQ(answer.headers.size(), 1U);
  EXPECT_EQ(answer.headers[0].first, "Location");
  EXPECT_TRUE(answer.headers[0].second.ends_with("?detail&pretty")) << answer.headers[0].second;
}

struct Filter {
  std::string name;
  std::string json;
  bool found;
};

class Filters : public Views, public testing::WithParamInterface<Filter> {};

TEST_P(Filters, ByContainment) {
  world->post_task("background", 10, Json::object(),
                   {{"reference", {{"tags", {"x", "y"}}, {"list", {{{"a", 1}, {"b", 2}}, {{"a", 3}}}}}}});
  EXPECT_EQ(world->get("/tasks?json=" + GetParam().json).json().size(), GetParam().found ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Filters,
    testing::Values(Filter{"nothing", "{}", true}, Filter{"type", R"({"test":{"type":"background"}})", true},
                    Filter{"other type", R"({"test":{"type":"normal"}})", false},
                    Filter{"absent member", R"({"colour":null})", false},
                    Filter{"detail", R"({"detail":{"enabled":true}})", true},
                    Filter{"detail differs", R"({"detail":{"enabled":false}})", false},
                    Filter{"item", R"({"reference":{"tags":["y"]}})", true},
                    Filter{"items in any order", R"({"reference":{"tags":["y","x"]}})", true},
                    Filter{"item missing", R"({"reference":{"tags":["z"]}})", false},
                    Filter{"empty list", R"({"reference":{"tags":[]}})", true},
                    Filter{"object in a list", R"({"reference":{"list":[{"b":2}]}})", true},
                    Filter{"not across items", R"({"reference":{"list":[{"a":3,"b":2}]}})", false},
                    Filter{"object for list", R"({"reference":{"tags":{}}})", false},
                    Filter{"number", R"({"test":{"spec":{"seconds":10}}})", true},
                    Filter{"text for number", R"({"test":{"spec":{"seconds":"10"}}})", false},
                    Filter{"links are not looked at", R"({"href":"x"})", false}),
    CaseName());

TEST_F(Views, ListsTasksInTheOrderOfCreation) {
  std::vector<std::string> posted;
  for (int i = 1; i <= 3; ++i) posted.push_back(world->post_task("background", i));
  world->call("DELETE", posted[1]);
  const auto urls = world->get("/tasks").json();
  const auto objects = world->get("/tasks?expanded=1").json();
  ASSERT_EQ(urls.size(), 3U) << "canceled ones included";
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(urls[i], "https://node.example/pscheduler" + posted[i]);
    EXPECT_EQ(objects[i]["href"], urls[i]);
    EXPECT_FALSE(objects[i].contains("detail"));
  }
  EXPECT_TRUE(world->get("/tasks?expanded&detail").json()[0].contains("detail"));
}

TEST_F(Views, ListsRunsByTimeAndFilter) {
  const auto task = world->post_task("background", 10, {{"repeat", "PT1M"}, {"max-runs", 3}});
  world->advance_to(at(90s));
  const auto count = [&](const std::string& query) {
    return world->get(task + "/runs" + query).json().size();
  };
  EXPECT_EQ(count(""), 3U);
  EXPECT_EQ(count("?start=2030-01-02T12:01:00Z"), 2U);
  EXPECT_EQ(count("?start=2030-01-02T12:01:01Z"), 1U);
  EXPECT_EQ(count("?end=2030-01-02T12:01:09Z"), 2U);
  EXPECT_EQ(count("?upcoming"), 1U);
  EXPECT_EQ(count("?limit=2"), 2U);
  const auto runs = world->runs_of(task);
  EXPECT_LT(runs[0]["start-time"], runs[1]["start-time"]);
}

TEST_F(Views, OffersToolsInBothShapes) {
  const std::string query = R"(/tools?test={"type":"background","spec":{"seconds":5}})";
  for (const std::string old : {"", "&api=1", "&api=5"}) {
    const auto tools = world->get(query + old).json();
    ASSERT_EQ(tools.size(), 1U) << old;
    EXPECT_EQ(tools[0]["name"], "background-tool");
    EXPECT_FALSE(tools[0].contains("href"));
  }
  const auto offers = world->get(query + "&api=6").json();
  ASSERT_EQ(offers.size(), 2U);
  EXPECT_EQ(offers[0]["tool"]["name"], "reluctant") << "the preferred one first";
  EXPECT_EQ(offers[0]["can-run"], (Json{{"can-run", false}, {"reasons", {"Not today", "nor tomorrow"}}}));
  EXPECT_EQ(offers[1]["can-run"], (Json{{"can-run", true}}));
}

TEST_F(Views, ListsPlugIns) {
  EXPECT_EQ(world->get("/tests").json()[0], "https://node.example/pscheduler/tests/background");
  EXPECT_EQ(world->get("/tests?expanded").json()[0]["scheduling-class"], "background");
  EXPECT_EQ(world->get("/tests/background/tools").json(),
            Json::array({"https://node.example/pscheduler/tools/background-tool",
                         "https://node.example/pscheduler/tools/reluctant"}));
  EXPECT_EQ(world->get("/tools/reluctant").json()["preference"], 10);
  EXPECT_EQ(world->get("/archivers").json().size(), 2U);
  EXPECT_EQ(world->get("/contexts").json().size(), 1U);
}

TEST_F(Views, TellsOfItself) {
  EXPECT_EQ(world->get("/hostname").body, "\"node.example\"\n");
  EXPECT_EQ(world->get("/schedule-horizon").body, "\"P1D\"\n");
  EXPECT_EQ(world->get("/clock").json(), Json::parse(R"({"time":"2030-01-02T12:00:00.000000+00:00",
      "synchronized":true,"source":"chrony","offset":0.5})"));
  world->advance_to(at(90s));
  const auto status = world->get("/status").json();
  EXPECT_EQ(status["time"], "2030-01-02T12:01:30Z");
  EXPECT_EQ(status["limits"]["ok"], true);
  for (const std::string service : {"ticker", "scheduler", "runner", "archiver"}) {
    EXPECT_EQ(status["services"][service]["uptime"], "PT1M30S");
    EXPECT_EQ(status["services"][service]["overdue"], nullptr);
  }
  EXPECT_EQ(status["runs"]["last-finished"], nullptr);
}

TEST_F(Views, TellOfTheLastRunThatRan) {
  world->post_task("exclusive", 10, {{"start", "2030-01-02T13:00:00Z"}});
  const auto second = world->post_task("exclusive", 10, {{"start", "2030-01-02T13:00:00Z"}});
  world->post_task("background", 10);
  ASSERT_EQ(world->run_of(second)["state"], "nonstart") << "it would have ended at 13:00:10";
  world->advance_to(at(30min));
  const auto last = world->get("/status").json()["runs"]["last-finished"];
  ASSERT_TRUE(last.is_string());
  EXPECT_LT(last, "2030-01-02T12:01:00Z");
}

TEST_F(Views, AnswersOptionsAndHead) {
  const auto options = world->call("OPTIONS", "/tasks");
  EXPECT_EQ(options.status, 200);
  EXPECT_EQ(options.headers.at(0), std::pair(std::string("Allow"), std::string("GET, POST, OPTIONS")));
  EXPECT_EQ(world->call("HEAD", "/api").status, 200);
}

TEST_F(Views, PrintsPrettily) {
  EXPECT_EQ(world->get(R"(/tests/normal/spec?args=["--seconds","5"]&pretty)").body,
            "{\n    \"seconds\": 5\n}\n");
}

TEST_F(Views, FormatsResults) {
  const auto task = world->post_task("background", 5);
  world->plugins.merge = [](const Json&) { return Json{{"succeeded", true}, {"tool", "T"}}; };
  world->advance(1min);
  const auto href = world->run_of(task)["href"].get<std::string>();
  const auto result = href.substr(href.find("/tasks/")) + "/result";
  const auto text = world->get(result + "?format=text/plain");
  EXPECT_EQ(text.type, "text/plain; charset=utf-8");
  EXPECT_EQ(text.body, "text/plain of T\n") << "without the blanks at its end";
  EXPECT_EQ(world->get(result + "?format=text/html").type, "text/html; charset=utf-8");
  EXPECT_EQ(world->get(result + "?wait-merged&format=application/json").json()["tool"], "T");
}

TEST_F(Views, SaysThatARunFailedInEachFormat) {
  world->plugins.merge = [](const Json&) { return Json{{"succeeded", false}}; };
  const auto task = world->post_task("background", 5);
  world->advance(1min);
  const auto href = world->run_of(task)["href"].get<std::string>();
  const auto result = href.substr(href.find("/tasks/")) + "/result";
  EXPECT_EQ(world->get(result + "?format=text/plain").body, "Run failed.\n");
  EXPECT_EQ(world->get(result + "?format=text/html").body, "<p>Run failed.</p>\n");
}

TEST_F(Views, AFormatterThatBreaksIsNotTheClientsFault) {
  world->plugins.merge = [](const Json&) { return Json{{"succeeded", true}, {"unprintable", 1}}; };
  const auto task = world->post_task("background", 5);
  world->advance(1min);
  const auto href = world->run_of(task)["href"].get<std::string>();
  const auto answer = world->get(href.substr(href.find("/tasks/")) + "/result?format=text/plain");
  EXPECT_EQ(answer.status, 500);
}

}  // namespace
}  // namespace pscheduler::test
