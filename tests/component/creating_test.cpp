// A node as the lead of tasks with several participants: the tool they agree on, the task that is created at
// all of them, and its end everywhere.

#include "component/creating.hpp"
#include "pscheduler/addr/percent.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;

TEST_F(Creating, PutsTheTaskOnAllParticipantsWithOneKey) {
  const auto path = create({{"reference", {{"for", "all"}}}});
  const auto key = stored("a", path).participant_key;
  EXPECT_EQ(key.size(), 64U);
  int number = 0;
  for (const auto* name : {"a", "b", "c"}) {
    const auto detail = mesh[name].detail_of(path);
    EXPECT_EQ(detail["participant"], number++);
    EXPECT_EQ(detail["enabled"], true) << name;
    EXPECT_EQ(detail["participants"], (Json{"a.example", "b.example", "c.example"}));
    EXPECT_EQ(mesh[name].get(path).json()["tool"], "normal-tool");
    EXPECT_EQ(mesh[name].get(path).json()["reference"]["for"], "all");
    EXPECT_THAT(mesh[name].get(path).body, testing::Not(HasSubstr(key))) << "it is never shown";
  }
  EXPECT_EQ(stored("b", path).own_key, key);
  EXPECT_EQ(stored("c", path).own_key, key);
  EXPECT_EQ(mesh["b"].detail_of(path)["hints"]["requester"], "192.0.2.1") << "by which it knows its lead";
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Creating, AsksAllAtTheSameTime) {
  mesh.network.set_all_links({.latency_min = 1s, .latency_max = 1s});
  create();
  const auto moments = [&](const std::string& method, const std::string& part) {
    std::set<Instant> at;
    const auto found = mesh.network.calls(method, part);
    EXPECT_EQ(found.size(), 2U) << method << ' ' << part;
    for (const auto& call : found) at.insert(call.at);
    return at.size();
  };
  EXPECT_EQ(moments("GET", "/tools?"), 1U);
  EXPECT_EQ(moments("POST", "/tasks/"), 1U);
}

TEST_F(Creating, UsesTheKeyOfTheOneWhoPosted) {
  const auto path = create({{"_key", "open sesame"}});
  EXPECT_EQ(stored("a", path).participant_key, "open sesame");
  EXPECT_EQ(stored("b", path).own_key, "open sesame");
}

TEST_F(Creating, CallsFromTheAddressThatTheTaskNames) {
  mesh.add("d", {.more_addresses = {"198.51.100.4"}});
  const auto answer = mesh["d"].call("POST", "/tasks", task({{"lead-bind", "198.51.100.4"}}, {"d", "b"}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(mesh["b"].detail_of(path_in(answer))["hints"]["requester"], "198.51.100.4");
}

// Of its plug-ins some ask other hosts; those of other participants have that address not.
TEST_F(Creating, TellsOwnPluginsTheAddressToCallFrom) {
  mesh.add("d", {.more_addresses = {"198.51.100.4"}});
  const auto soon = task({{"lead-bind", "198.51.100.4"}, {"schedule", Json::object()}}, {"d", "b"});
  mesh["d"].call("POST", "/tasks", soon);
  EXPECT_EQ(mesh["d"].plugins.lead_binds["participants"], "198.51.100.4");
  EXPECT_EQ(mesh["d"].plugins.lead_binds["can-run"], "198.51.100.4");
  EXPECT_EQ(mesh["b"].plugins.lead_binds["can-run"], "");
  mesh.advance(2min);
  EXPECT_EQ(mesh["d"].plugins.lead_binds["run"], "198.51.100.4");
  EXPECT_EQ(mesh["b"].plugins.lead_binds["run"], "");
}

TEST_F(Creating, AsksItsPluginsFromAnAddressOfItsOwnOnly) {
  mesh.add("d", {.more_addresses = {"198.51.100.4"}});
  const auto asked_from = [&](const std::string& address) {
    const auto spec = percent_encode(mesh_test("normal", {"d", "b"})["spec"].dump());
    const auto test = percent_encode(mesh_test("normal", {"d", "b"}).dump());
    mesh["d"].call("GET", "/tests/normal/participants?spec=" + spec + "&lead-bind=" + address);
    mesh["d"].call("GET", "/tools?test=" + test + "&lead-bind=" + address);
    const auto& told = mesh["d"].plugins.lead_binds;
    return told.at("participants") + " " + told.at("can-run");
  };
  EXPECT_EQ(asked_from("198.51.100.4"), "198.51.100.4 198.51.100.4");
  EXPECT_EQ(asked_from("203.0.113.9"), " ");
}

TEST_F(Creating, NeedsNotBeTheFirstParticipantByName) {
  const auto answer = mesh["a"].call("POST", "/tasks", task(Json::object(), {"alias", "b"}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(mesh["b"].detail_of(path_in(answer))["participants"], (Json{"alias.example", "b.example"}));
  EXPECT_EQ(calls("GET", "", "alias.example"), 0U);
}

TEST_F(Creating, TakesAToolThatAllHave) {
  for (const auto* name : {"a", "b", "c"}) mesh[name].plugins.add_tool("second", "normal", -1);
  mesh["a"].plugins.add_tool("third", "normal", 5);
  mesh["c"].plugins.add_tool("third", "normal", 5);
  EXPECT_EQ(stored("b", create()).tool, "normal-tool");
  EXPECT_EQ(stored("b", create({{"tools", {"third", "second", "normal-tool"}}})).tool, "second");
  mesh["c"].plugins.declines["normal-tool"] = "Out of order";
  EXPECT_EQ(stored("c", create()).tool, "second");
}

TEST_F(Creating, TellsForEachHostAndToolWhyThereIsNone) {
  mesh["a"].plugins.add_tool("third", "normal", 5);
  mesh["b"].plugins.declines["normal-tool"] = "Too short for me";
  const auto answer = post(task());
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("No tool can run this normal test at all of its participants.\n"
                                     "  a.example:\n"
                                     "    third: can run it\n"
                                     "    normal-tool: can run it\n"
                                     "  b.example:\n"
                                     "    third: not there, or not for this test\n"
                                     "    normal-tool: Too short for me\n"
                                     "  c.example:\n"
                                     "    third: not there, or not for this test\n"
                                     "    normal-tool: can run it\n"));
  EXPECT_EQ(calls("POST", "/tasks/"), 0U);
  EXPECT_EQ(mesh["a"].get("/tasks").json(), Json::array());
}

TEST_F(Creating, RefusesAHostThatIsNamedTwice) {
  const auto answer = post(task(Json::object(), {"a", "b", "b"}));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("names b.example twice"));
}

TEST_F(Creating, IsTheWorkOfItsPosterWhoMayEndItWithoutAKey) {
  const Peer poster{.address = "198.51.100.77"};
  const auto answer = post(task(), poster);
  ASSERT_EQ(answer.status, 200);
  const auto path = path_in(answer);
  EXPECT_EQ(mesh["a"].call("DELETE", path, {}, {.address = "203.0.113.9"}).status, 403);
  EXPECT_EQ(mesh["b"].call("DELETE", path, {}, poster).status, 403) << "there the lead is the poster";
  EXPECT_EQ(mesh["a"].call("DELETE", path, {}, poster).status, 200);
  expect_nothing_left();
}

TEST_F(Creating, EndsWithTheTaskEverywhere) {
  const auto path = create();
  EXPECT_EQ(mesh["a"].call("DELETE", path + "?note=100%25").status, 200);
  EXPECT_FALSE(enabled("a", path));
  mesh.advance(1s);
  EXPECT_FALSE(enabled("b", path));
  EXPECT_FALSE(enabled("c", path));
  EXPECT_EQ(owed(), 0U);
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  mesh.advance(2min);
  EXPECT_EQ(calls("DELETE", "/tasks/", "b.example"), 1U) << "once is enough";
  EXPECT_EQ(calls("DELETE", "?key="), 2U);
  EXPECT_EQ(calls("DELETE", "", "a.example"), 0U) << "participants tell nobody";
}

TEST_F(Creating, EndsWithTheTaskAlsoWhereItCannotBeReachedNow) {
  const auto path = create();
  mesh.lose_power("b");
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 200);
  mesh.advance(1h);
  mesh.lose_power("a");
  mesh.advance(1h);
  mesh.power_on("a");
  EXPECT_EQ(owed(), 1U) << "over the restart";
  mesh.advance(1h);
  mesh.power_on("b");
  EXPECT_TRUE(enabled("b", path));
  mesh.advance(1min);
  EXPECT_FALSE(enabled("b", path));
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Creating, KeepsAnEndThatHadNoRoomFromReachingTheOthers) {
  const auto path = create();
  mesh["a"].store.refuses = [](const ports::Changes&) { return true; };
  EXPECT_EQ(mesh["a"].call("DELETE", path).status, 503);
  mesh["a"].store.refuses = {};
  mesh.advance(1min);
  for (const auto* name : {"a", "b", "c"}) EXPECT_TRUE(enabled(name, path)) << name;
  EXPECT_EQ(calls("DELETE", ""), 0U);
}

}  // namespace
}  // namespace pscheduler::test
