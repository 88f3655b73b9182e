// This node as participant 1 of a task that another node leads (tasks, runs and results on the wire of 5.2).

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

const std::string kTask = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e";
const std::string kRun = kTask + "/runs/7d100000-0000-4000-8000-000000000001";
const Peer kLead{.address = "198.51.100.5"};

class Participant : public WorldTest {
 protected:
  static Json document(const std::string& test, int seconds = 10) {
    return {{"schema", 1},
            {"test", {{"type", test}, {"spec", {{"seconds", seconds}}}}},
            {"tool", test + "-tool"},
            {"schedule", Json::object()},
            {"_key", "the lead's"},
            {"participants", {"lead.example", "node.example"}}};
  }
  Answer accept(const Json& task, const std::string& path = kTask, const std::string& number = "1") {
    return world->call("POST", path + "?participant=" + number, task.dump(), kLead);
  }
  Answer place(Duration start, const std::string& run = kRun) {
    return world->call("PUT", run + "?key=whatever", Json{{"start-time", text_of(at(start))}}.dump(), kLead);
  }
};

TEST_F(Participant, TakesATaskARunAndTheDataOfAllAndRunsItsPart) {
  const auto accepted = accept(document("normal"));
  EXPECT_EQ(accepted.status, 200);
  EXPECT_EQ(accepted.type, "text/html; charset=utf-8");
  EXPECT_EQ(accepted.body, "https://node.example/pscheduler" + kTask + "\n") << "not quoted";
  const auto detail = world->detail_of(kTask);
  EXPECT_EQ(detail["participant"], 1);
  EXPECT_EQ(detail["enabled"], true);
  EXPECT_EQ(detail["hints"]["requester"], kLead.address);
  EXPECT_EQ(world->get(kTask + "/runs").json(), Json::array()) << "its lead places the runs";
  EXPECT_FALSE(world->get(kTask).json().contains("participants"));

  EXPECT_EQ(place(60s).status, 200);
  const auto placed = world->get(kRun).json();
  EXPECT_EQ(placed["state"], "pending") << "and visible at once";
  EXPECT_EQ(placed["participant-data"], (Json{{"for", 1}}));
  EXPECT_EQ(placed["participant-data-full"], nullptr);

  const auto full = world->call("PUT", kRun, R"({"part-data-full":[{"port":5},{"for":1}]})", kLead);
  EXPECT_EQ(full.status, 200);
  EXPECT_EQ(full.body, "OK\n");
  EXPECT_EQ(world->get(kRun).json()["participant-data-full"], Json::parse(R"([{"port":5},{"for":1}])"));

  world->advance_to(at(62s));
  const auto result = world->begin("GET", kRun + "?wait-local=True&wait=14", {}, kLead);
  world->advance_to(at(69s));
  ASSERT_TRUE(result->answer) << "woken when the tool ends";
  EXPECT_EQ(result->answer->json()["result"]["succeeded"], true);
  const auto run = world->get(kRun).json();
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["result-merged"], nullptr);
  EXPECT_EQ(run["result-full"], nullptr);
  EXPECT_EQ(world->get(kRun + "/result").status, 404);
  EXPECT_EQ(world->plugins.calls.at(0).participant_data, R"([{"port":5},{"for":1}])");
  EXPECT_EQ(world->history_of(run).front().actor, "api 198.51.100.5");
}

TEST_F(Participant, TakesTheDataOfAllAlsoWhenTheyComeLate) {
  accept(document("normal"));
  place(60s);
  const auto put = [&] { return world->call("PUT", kRun, R"({"part-data-full":[{"late":1}]})", kLead); };
  world->advance_to(at(61s));
  EXPECT_EQ(put().status, 200) << "as the lead expects";
  EXPECT_EQ(world->get(kRun).json()["participant-data-full"], nullptr) << "its tool was given none";
  world->advance_to(at(2min));
  EXPECT_EQ(put().status, 200);
  const auto run = world->get(kRun).json();
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["participant-data-full"], Json::parse(R"([{"late":1}])"));
  EXPECT_EQ(run["result"]["succeeded"], true);
}

TEST_F(Participant, StartsInTimeAlsoWhenTheDataOfAllNeverCome) {
  accept(document("normal"));
  place(60s);
  world->advance_to(at(2min));
  EXPECT_EQ(world->get(kRun).json()["state"], "finished");
  EXPECT_EQ(world->plugins.calls.at(0).participant_data, "null");
}

TEST_F(Participant, IsFinishedWhateverItsToolSays) {
  world->plugins.scripts["normal-tool"].outcome.status = 1;
  world->plugins.scripts["normal-tool"].outcome.errors = "no route";
  accept(document("normal"));
  place(60s);
  world->advance_to(at(2min));
  const auto run = world->get(kRun).json();
  EXPECT_EQ(run["state"], "finished");
  EXPECT_EQ(run["errors"], "no route");
}

struct Refusal {
  std::string name;
  std::function<void(Json&)> spoil;
  std::string number;
  std::string text;
};

class ParticipantRefuses : public Participant, public testing::WithParamInterface<Refusal> {};

TEST_P(ParticipantRefuses, WithAReasonAndKeepsNothing) {
  const auto& c = GetParam();
  auto task = document("normal");
  c.spoil(task);
  const auto answer = accept(task, kTask, c.number);
  EXPECT_EQ(answer.status, 400) << answer.body;
  EXPECT_THAT(answer.body, testing::HasSubstr(c.text));
  EXPECT_EQ(world->get(kTask).status, 404);
}

void leave(Json&) {}

INSTANTIATE_TEST_SUITE_P(
    Table, ParticipantRefuses,
    testing::Values(
        Refusal{"number 0", leave, "0", "participant is 0"},
        Refusal{"number 2", leave, "2", "participant is 2"},
        Refusal{"number is a word", leave, "one", "participant is 'one'"},
        Refusal{"huge number", leave, "99999999999", "participant is"},
        Refusal{"no participants", [](Json& task) { task.erase("participants"); }, "1", "participants"},
        Refusal{"participants not names",
                [](Json& task) {
                  task["participants"] = {1, 2};
                },
                "1", "/participants"},
        Refusal{"no tool", [](Json& task) { task.erase("tool"); }, "1", "/tool"},
        Refusal{"unknown tool", [](Json& task) { task["tool"] = "spade"; }, "1", "spade"},
        Refusal{"unknown test", [](Json& task) { task["test"]["type"] = "taste"; }, "1", "taste"},
        Refusal{"no test", [](Json& task) { task.erase("test"); }, "1", "test"},
        Refusal{"until past", [](Json& task) { task["schedule"]["until"] = "2020-01-01T00:00:00Z"; }, "1",
                "until"},
        Refusal{"unknown archiver",
                [](Json& task) {
                  task["archives"] = {{{"archiver", "attic"}, {"data", nullptr}}};
                },
                "1", "attic"},
        Refusal{"archive data refused",
                [](Json& task) {
                  task["archives"] = {{{"archiver", "shelf"}, {"data", {{"good", false}}}}};
                },
                "1", "not good"},
        Refusal{"too few contexts",
                [](Json& task) {
                  task["schema"] = 2;
                  task["contexts"] = {{"contexts", {Json::array()}}};
                },
                "1", "one list per participant"},
        Refusal{"a tool without a duration", [](Json& task) { task["test"]["spec"]["seconds"] = 13; }, "1",
                "duration"},
        Refusal{"schema too high", [](Json& task) { task["schema"] = 6; }, "1", "/schema"}),
    CaseName());

TEST_F(Participant, LeavesTheSchemaOfATaskToItsLead) {
  auto task = document("normal");
  task["priority"] = 7;
  task["keep-after-archive"] = "PT1H";
  task["flavour"] = "of a later version";
  EXPECT_EQ(accept(task).status, 200) << "although its schema is 1";
  const auto kept = world->get(kTask).json();
  EXPECT_EQ(kept["schema"], 1);
  EXPECT_EQ(kept["flavour"], "of a later version");
  task["schema"] = 5;
  EXPECT_EQ(accept(task, "/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000005").status, 200);
}

TEST_F(Participant, DoesNotTakeATaskTwice) {
  EXPECT_EQ(accept(document("normal")).status, 200);
  EXPECT_EQ(accept(document("normal")).status, 400);
}

TEST_F(Participant, KeepsTheTimesOfItsRunsApart) {
  const std::string other_task = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000002";
  const std::string other_run = other_task + "/runs/7d100000-0000-4000-8000-000000000002";
  accept(document("exclusive"));
  accept(document("exclusive"), other_task);
  EXPECT_EQ(place(60s).status, 200);
  EXPECT_EQ(place(65s, other_run).status, 409);
  EXPECT_EQ(place(70s, other_run).status, 200) << "right behind it";
}

TEST_F(Participant, ARunOfAnotherTaskWithTheSameIdTakesNothingFromIt) {
  const std::string other_task = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000002";
  accept(document("exclusive"));
  accept(document("exclusive"), other_task);
  EXPECT_EQ(place(60s).status, 200);
  EXPECT_EQ(place(600s, other_task + kRun.substr(kTask.size())).status, 409);
  EXPECT_EQ(place(60s, other_task + "/runs/7d100000-0000-4000-8000-000000000009").status, 409)
      << "the time of the first is still taken";
}

TEST_F(Participant, ThatIsAskedBeyondItsHorizonRefuses) {
  accept(document("normal"));
  EXPECT_EQ(place(25h).status, 400);
  EXPECT_EQ(place(24h).status, 200);
}

TEST_F(Participant, ARunInThePastIsTakenAndMissed) {
  accept(document("normal"));
  EXPECT_EQ(place(-1h).status, 200);
  world->settle();
  EXPECT_EQ(world->get(kRun).json()["state"], "missed");
}

TEST_F(Participant, AKnownRunTakesNoNewTime) {
  accept(document("normal"));
  place(60s);
  EXPECT_EQ(place(90s).status, 400);
  EXPECT_EQ(world->get(kRun).json()["start-time"], text_of(at(60s)));
}

TEST_F(Participant, ARunOfACanceledTaskIsNotRun) {
  accept(document("normal"));
  EXPECT_EQ(world->call("DELETE", kTask + "?key=K?", {}, kLead).status, 200);
  EXPECT_EQ(place(60s).status, 200);
  world->advance_to(at(2min));
  EXPECT_EQ(world->get(kRun).json()["state"], "canceled");
  EXPECT_TRUE(world->plugins.calls.empty());
  EXPECT_EQ(world->book.size(), 0U);
}

TEST_F(Participant, TakesAFullResultOnlyForAnEndedRun) {
  accept(document("normal"));
  place(60s);
  const std::string full = R"({"result-full":[{"a":1},{"b":2}],"succeeded":true})";
  EXPECT_EQ(world->call("PUT", kRun, full, kLead).status, 400);
  world->advance_to(at(2min));
  ASSERT_EQ(world->get(kRun).json()["state"], "finished") << "its tool ran";
  EXPECT_EQ(world->call("PUT", kRun, R"({"result-full":[]})", kLead).status, 400);
  EXPECT_EQ(world->call("PUT", kRun, full, kLead).status, 200);
  EXPECT_EQ(world->get(kRun).json()["result-full"], Json::parse(R"([{"a":1},{"b":2}])"));
  EXPECT_EQ(world->get(kRun).json()["result"]["succeeded"], true) << "what it has measured stays";
}

TEST_F(Participant, ALeadIsNotPlacedUpon) {
  const auto task = world->post_task("normal", 10, {{"start", "PT1H"}});
  EXPECT_EQ(world
                ->call("PUT", task + "/runs/7d100000-0000-4000-8000-000000000001",
                       Json{{"start-time", text_of(at(60s))}}.dump())
                .status,
            400);
  accept(document("normal"));
  EXPECT_EQ(world->call("POST", kTask + "/runs", Json{{"start-time", text_of(at(60s))}}.dump(), kLead).status,
            400);
}

TEST_F(Participant, ALeadCanBeAskedForARunAtATime) {
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1H"}});
  const auto answer = world->call("POST", task + "/runs", Json{{"start-time", text_of(at(60s))}}.dump());
  EXPECT_EQ(answer.status, 200);
  const auto url = answer.json().get<std::string>();
  EXPECT_EQ(world->get(url.substr(url.find("/tasks/"))).json()["start-time"], text_of(at(60s)));
  EXPECT_EQ(world->call("POST", task + "/runs", Json{{"start-time", text_of(at(65s))}}.dump()).status, 409);
}

TEST_F(Participant, AnswersWhenItIsFree) {
  accept(document("exclusive"));
  place(60s);
  const std::string other_task = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000002";
  accept(document("normal"), other_task);
  const auto range = [](Duration from, Duration to) {
    return Json{{"lower", text_of(at(from))}, {"upper", text_of(at(to))}};
  };
  const auto times = [&](const std::string& query) {
    return world->get(other_task + "/runtimes?" + query).json();
  };
  EXPECT_EQ(times("start=2030-01-02T12:00:30Z&end=2030-01-02T12:02:00Z"),
            Json::array({range(30s, 60s), range(70s, 120s)}));
  EXPECT_EQ(times("start=2030-01-02T12:00:55Z&end=2030-01-02T12:01:20Z"), Json::array({range(70s, 80s)}))
      << "pieces shorter than the run are left out";
  EXPECT_EQ(times("start=2030-01-02T11:00:00Z&end=2030-01-02T11:30:00Z"), Json::array());
  EXPECT_EQ(times("start=2030-01-04T12:00:00Z&end=2030-01-04T13:00:00Z"), Json::array());
  EXPECT_EQ(times(""), Json::array({range(1s, 60s), range(70s, 24h)})) << "from now to the horizon";
  accept(document("background"), "/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000003");
  EXPECT_EQ(
      world->get("/tasks/0b9a0a4e-7c55-4d8b-9a2f-000000000003/runtimes?start=2020-01-01T00:00:00Z").json(),
      Json::parse(R"([{"lower":"2020-01-01T00:00:00+00:00","upper":null}])"));
}

}  // namespace
}  // namespace pscheduler::test
