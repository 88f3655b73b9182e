// Who may change and see what.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

const std::string kAccepted = "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e";

struct Access {
  std::string name;
  bool leads;
  bool keyed;        // the task has a _key, "secret"
  std::string peer;  // posted from 198.51.100.5
  std::string query;
  int status;
};

class MayWrite : public WorldTest, public testing::WithParamInterface<Access> {
 protected:
  std::string make_task(const Access& c) {
    Json more = Json::object();
    if (c.keyed) more["_key"] = "secret";
    if (c.leads) {
      Json task = {{"test", {{"type", "normal"}, {"spec", {{"seconds", 10}}}}},
                   {"schedule", {{"start", "PT10M"}}}};
      task.update(more);
      const auto answer = world->call("POST", "/tasks", task.dump(), {.address = "198.51.100.5"});
      const auto url = answer.json().get<std::string>();
      return url.substr(url.find("/tasks/"));
    }
    Json task = {{"test", {{"type", "normal"}, {"spec", {{"seconds", 10}}}}},
                 {"tool", "normal-tool"},
                 {"schedule", Json::object()},
                 {"participants", {"lead.example", "node.example"}}};
    task.update(more);
    world->call("POST", kAccepted + "?participant=1", task.dump(), {.address = "198.51.100.5"});
    return kAccepted;
  }
};

TEST_P(MayWrite, Exactly) {
  const auto& c = GetParam();
  const auto task = make_task(c);
  const Peer peer{.address = c.peer};
  const std::string body = Json{{"start-time", text_of(at(1h))}}.dump();
  const std::string run = task + "/runs/7d100000-0000-4000-8000-000000000001";
  const bool allowed = c.status == 200;
  EXPECT_EQ(world->call("PUT", run + c.query, body, peer).status, !allowed ? 403 : c.leads ? 400 : 200);
  EXPECT_EQ(world->call("POST", task + "/runs" + c.query, body, peer).status, !allowed  ? 403
                                                                              : c.leads ? 200
                                                                                        : 400);
  EXPECT_EQ(world->call("DELETE", run + c.query, {}, peer).status, !allowed ? 403 : c.leads ? 404 : 200);
  EXPECT_EQ(world->detail_of(task)["enabled"], true);
  EXPECT_EQ(world->call("DELETE", task + c.query, {}, peer).status, c.status);
  EXPECT_EQ(world->detail_of(task)["enabled"], !allowed);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MayWrite,
    testing::Values(
        Access{"poster", true, false, "198.51.100.5", "", 200},
        Access{"loopback", true, false, "127.0.0.1", "", 200},
        Access{"loopback 6", true, true, "::1", "", 200},
        Access{"an address of the host", true, true, "192.0.2.1", "", 200},
        Access{"stranger", true, false, "203.0.113.9", "", 403},
        Access{"stranger with any key", true, false, "203.0.113.9", "?key=secret", 403},
        Access{"stranger with an empty key", true, false, "203.0.113.9", "?key=", 403},
        Access{"keyed poster", true, true, "198.51.100.5", "", 200},
        Access{"keyed stranger", true, true, "203.0.113.9", "", 403},
        Access{"keyed stranger with the key", true, true, "203.0.113.9", "?key=secret", 200},
        Access{"keyed stranger with a wrong key", true, true, "203.0.113.9", "?key=secre", 403},
        Access{"keyed stranger with the start of it", true, true, "203.0.113.9", "?key=s", 403},
        Access{"keyed stranger with junk behind it", true, true, "203.0.113.9", "?key=secret?key=x", 200},
        Access{"lead by its address", false, false, "198.51.100.5", "", 200},
        Access{"lead with junk as 5.2 sends it", false, true, "198.51.100.5", "?key=secret?", 200},
        Access{"not the lead", false, false, "203.0.113.9", "", 403},
        Access{"not the lead with no key to know", false, false, "203.0.113.9", "?key=x", 403}),
    CaseName());

class LeadOfSeveral : public WorldTest {};

TEST_F(LeadOfSeveral, AsksEvenThePosterForTheKeyThatItGave) {
  Task task;
  task.id = *TaskId::parse("0b9a0a4e-7c55-4d8b-9a2f-000000000001");
  task.document = R"({"test":{"type":"normal","spec":{"seconds":5}},"schedule":{},"_key":"secret"})";
  task.test_type = "normal";
  task.tool = "normal-tool";
  task.scheduling_class = SchedulingClass::normal;
  task.participants = {"node.example", "other.example"};
  task.duration = 5s;
  task.hints.requester = "198.51.100.5";
  task.own_key = "secret";
  task.added = kNoon;
  Task keyless = task;
  keyless.id = *TaskId::parse("0b9a0a4e-7c55-4d8b-9a2f-000000000002");
  keyless.own_key.clear();
  keyless.participant_key = "random";
  ports::Changes changes;
  changes.new_tasks = {task, keyless};
  ASSERT_TRUE(world->await(world->store.commit(std::move(changes))));
  const Peer poster{.address = "198.51.100.5"};
  const auto cancel = [&](const Task& what, const std::string& query, const Peer& peer) {
    return world->call("DELETE", "/tasks/" + what.id.to_string() + query, {}, peer).status;
  };
  EXPECT_EQ(cancel(task, "", poster), 403);
  EXPECT_EQ(cancel(task, "?key=secret", poster), 200);
  EXPECT_EQ(cancel(keyless, "", poster), 200) << "it cannot know the random key";
  EXPECT_EQ(cancel(keyless, "?key=random", {.address = "203.0.113.9"}), 200);
  EXPECT_EQ(cancel(keyless, "", {.address = "203.0.113.9"}), 403);
}

struct Sight {
  std::string name;
  std::string query;
  int status;
  bool shown;
};

class MaySee : public WorldTest, public testing::WithParamInterface<Sight> {};

TEST_P(MaySee, PrivateMembers) {
  const auto& c = GetParam();
  world->plugins.merge = [](const Json&) {
    return Json{{"succeeded", true}, {"deep", {{{"_password", "hush"}}}}};
  };
  const auto task =
      world->post_task("background", 5, Json::object(),
                       {{"_key", "secret"}, {"reference", {{"_note", "mine"}, {"list", {{{"_x", 1}}}}}}});
  world->advance(1min);
  const auto href = world->run_of(task)["href"].get<std::string>();
  const auto run = href.substr(href.find("/tasks/"));
  const auto own = world->get(task + c.query);
  const auto whole = world->get(run + c.query);
  const auto result = world->get(run + "/result" + c.query);
  EXPECT_EQ(own.status, c.status);
  EXPECT_EQ(whole.status, c.status);
  EXPECT_EQ(result.status, c.status);
  EXPECT_EQ(
      world->get(run + "/result" + c.query + (c.query.empty() ? "?" : "&") + "format=text/plain").status, 200)
      << "a text shows what its formatter shows";
  if (c.status != 200) return;
  EXPECT_EQ(own.json()["_key"], c.shown ? Json("secret") : Json());
  EXPECT_EQ(own.json()["reference"]["_note"], c.shown ? Json("mine") : Json());
  EXPECT_EQ(own.json()["reference"]["list"][0]["_x"], c.shown ? Json(1) : Json());
  EXPECT_EQ(whole.json()["result-merged"]["deep"][0]["_password"], c.shown ? Json("hush") : Json());
  EXPECT_EQ(result.json()["deep"][0]["_password"], c.shown ? Json("hush") : Json());
}

INSTANTIATE_TEST_SUITE_P(Table, MaySee,
                         testing::Values(Sight{"without key", "", 200, false},
                                         Sight{"with the key", "?key=secret", 200, true},
                                         Sight{"with a wrong key", "?key=secrets", 403, false},
                                         Sight{"with an empty key", "?key=", 403, false}),
                         CaseName());

class Hidden : public WorldTest {};

TEST_F(Hidden, OnAParticipantTheKeyUnlocksRunsButNotTheTask) {
  Json task = {{"test", {{"type", "normal"}, {"spec", {{"seconds", 10}}}}},
               {"tool", "normal-tool"},
               {"schedule", Json::object()},
               {"_key", "secret"},
               {"participants", {"lead.example", "node.example"}}};
  world->plugins.prepare = [](int) { return Json{{"_port_secret", 7}}; };
  world->call("POST", kAccepted + "?participant=1", task.dump());
  const std::string run = kAccepted + "/runs/7d100000-0000-4000-8000-000000000001";
  world->call("PUT", run, Json{{"start-time", text_of(at(1h))}}.dump());
  EXPECT_EQ(world->get(kAccepted + "?key=secret").json()["_key"], nullptr);
  EXPECT_EQ(world->get(kAccepted + "?key=wrong").status, 200) << "the argument is ignored";
  EXPECT_EQ(world->get(run).json()["participant-data"]["_port_secret"], nullptr);
  EXPECT_EQ(world->get(run + "?key=secret").json()["participant-data"]["_port_secret"], 7);
  EXPECT_EQ(world->get(run + "?key=wrong").status, 403);
}

TEST_F(Hidden, ATaskWithoutKeyIgnoresKeys) {
  const auto task = world->post_task("background", 5, Json::object(), {{"reference", {{"_note", "mine"}}}});
  const auto answer = world->get(task + "?key=anything");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.json()["reference"]["_note"], nullptr);
}

TEST_F(Hidden, ListsNeverShowPrivateMembersAndCannotBeAskedForThem) {
  world->post_task("background", 5, Json::object(), {{"_key", "secret"}});
  EXPECT_EQ(world->get("/tasks?expanded&key=secret").json()[0]["_key"], nullptr);
  EXPECT_EQ(world->get(R"(/tasks?json={"_key":"secret"})").json().size(), 0U);
  EXPECT_EQ(world->get("/tests?expanded").json()[0]["_secret"], nullptr);
  EXPECT_EQ(world->get("/tests/normal").json()["_secret"], nullptr);
  const auto offers = world->get(R"(/tools?api=6&test={"type":"normal","spec":{"seconds":1}})").json();
  EXPECT_EQ(offers[0]["tool"]["_secret"], nullptr);
}

TEST_F(Hidden, LoopbackAloneMaySwitchDebugging) {
  EXPECT_EQ(world->call("PUT", "/debug?state=1").status, 200);
  EXPECT_EQ(world->get("/debug").body, "true\n");
  EXPECT_EQ(world->call("PUT", "/debug").status, 200);
  EXPECT_EQ(world->get("/debug").body, "false\n");
  EXPECT_EQ(world->get("/debug", {.address = "192.0.2.1"}).status, 403);
  EXPECT_EQ(world->call("PUT", "/debug?state=1", {}, {.address = "203.0.113.9"}).status, 403);
  EXPECT_EQ(world->get("/exception").status, 500);
  EXPECT_EQ(world->get("/exception", {.address = "203.0.113.9"}).status, 405);
}

class Proxied : public WorldTest {
 protected:
  static Peer asking_for(const std::string& address, const std::string& from = "192.0.2.77") {
    return {.address = from, .header = address + ";frontend;" + std::string(kProxyKey)};
  }
  Answer post(const Peer& peer, Duration start = 10min) {
    const Json task = {{"test", {{"type", "normal"}, {"spec", {{"seconds", 5}}}}},
                       {"schedule", {{"start", text_of(at(start))}}}};
    return world->call("POST", "/tasks", task.dump(), peer);
  }
  std::string task_by(const Peer& peer) {
    const auto answer = post(peer);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto url = answer.json().get<std::string>();
    return url.substr(url.find("/tasks/"));
  }
};

TEST_F(Proxied, ARequesterIsNotTakenOnTrust) {
  const std::string key(kProxyKey);
  for (const std::string malformed :
       {"nonsense", "203.0.113.9;frontend", "not an address;a;b", "host.example;frontend;only-frontend-knows",
        "203.0.113.9;frontend;only-frontend-knows;more"}) {
    const auto answer = post({.header = malformed});
    EXPECT_EQ(answer.status, 400) << malformed;
    EXPECT_THAT(answer.body, testing::HasSubstr("ADDRESS;NAME;KEY"));
    EXPECT_THAT(answer.body, testing::Not(testing::HasSubstr(key)));
  }
  const auto wrong = post({.header = "203.0.113.9;frontend;only-frontend-guess"});
  const auto unknown = post({.header = "203.0.113.9;backend;" + key});
  for (const auto& answer : {wrong, unknown, post({.header = "203.0.113.9;frontend;"})}) {
    EXPECT_EQ(answer.status, 403);
    EXPECT_THAT(answer.body, testing::HasSubstr("requester-keys"));
  }
  EXPECT_THAT(wrong.body, testing::Not(testing::HasSubstr("guess")));
  EXPECT_THAT(unknown.body, testing::HasSubstr("'backend'"));
  EXPECT_EQ(world->get("/tasks").json().size(), 0U);
}

TEST_F(Proxied, WhoeverAProxyAsksForIsTheRequester) {
  const auto task = task_by(asking_for("203.0.113.9"));
  const auto hints = world->detail_of(task)["hints"];
  EXPECT_EQ(hints["requester"], "203.0.113.9");
  EXPECT_EQ(hints["requester-proxied-by"], "192.0.2.77");
  const auto other = task_by(asking_for("2001:DB8:0::5"));
  EXPECT_EQ(world->detail_of(other)["hints"]["requester"], "2001:db8::5");
  EXPECT_FALSE(
      world->detail_of(task_by({.address = "192.0.2.77"}))["hints"].contains("requester-proxied-by"));
}

TEST_F(Proxied, LimitsJudgeWhomItAsksFor) {
  world->limit(R"({"schema": 1,
    "identifiers": [
      {"name": "friend", "description": "", "type": "ip-cidr-list", "data": {"cidrs": ["203.0.113.9"]}},
      {"name": "proxied", "description": "", "type": "hint",
       "data": {"hint": "requester-proxied-by", "match": {"style": "exact", "match": "192.0.2.77"}}}],
    "classifiers": [{"name": "friends", "description": "", "identifiers": ["friend"]}],
    "limits": [], "applications": [{"classifier": "friends", "apply": []}]})");
  EXPECT_EQ(post(asking_for("203.0.113.9")).status, 200);
  EXPECT_EQ(post(asking_for("203.0.113.10")).status, 403);
  EXPECT_EQ(post({.address = "203.0.113.9"}).status, 200);
  const auto asked = world->get("/limits?proposal={}", asking_for("203.0.113.9")).json();
  EXPECT_THAT(asked["diags"].get<std::string>(), testing::HasSubstr("Identified as friend, proxied"));
  EXPECT_EQ(world->get("/limits?proposal={}", {.header = "203.0.113.9;frontend;guessed"}).status, 403);
}

TEST_F(Proxied, OnlyWhoPostedByWayOfAProxyMayChangeItsTask) {
  const auto task = task_by(asking_for("203.0.113.9"));
  const auto cancel = [&](const Peer& peer) { return world->call("DELETE", task, {}, peer).status; };
  EXPECT_EQ(cancel(asking_for("203.0.113.10")), 403);
  EXPECT_EQ(cancel({.address = "192.0.2.77"}), 403) << "the proxy for itself";
  EXPECT_EQ(cancel(asking_for("203.0.113.10", "127.0.0.1")), 403) << "a proxy on this host";
  EXPECT_EQ(cancel(asking_for("127.0.0.1")), 403) << "no proxy can speak for this host";
  EXPECT_EQ(cancel({.address = "127.0.0.1", .header = "203.0.113.9;frontend;guessed"}), 403);
  EXPECT_EQ(world->detail_of(task)["enabled"], true);
  const auto run = world->run_of(task)["href"].get<std::string>();
  const auto removed = world->call("DELETE", run.substr(run.find("/tasks/")), {}, asking_for("203.0.113.9"));
  EXPECT_EQ(removed.status, 200) << removed.body;
  EXPECT_EQ(cancel(asking_for("203.0.113.9")), 200);
}

}  // namespace
}  // namespace pscheduler::test
