// What goes over the wire to a participant, byte for byte, and what is understood of its answers: hosts
// of 5.2 and nodes of this kind.

#include "unit/services/federation/fixture.hpp"

namespace pscheduler::services::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::StartsWith;

using Wire = FederationTest;

const auto kOnlyTheMark = ElementsAre(Pair("X-Pschedulerd-Peer", "1"));
const auto kMarkAndJson =
    ElementsAre(Pair("Content-Type", "application/json"), Pair("X-Pschedulerd-Peer", "1"));

const Json kTest = {{"type", "rtt"}, {"spec", {{"dest", "z\u00fcrich & co"}}}};

TEST_F(Wire, AsksForTheLevelAndThenForTheTools) {
  network.script({says(200, "6\n"), says(200, R"([
      {"can-run": {"can-run": false, "reasons": ["Too short", 5]}, "tool": {"name": "sleep", "preference": 0}},
      {"can-run": {"can-run": true}, "tool": {"name": "snooze"}}])")});
  const auto tools = get(peers->tools({"b.example:8443", "192.0.2.7"}, kTest));
  ASSERT_TRUE(tools) << tools.error().message;
  ASSERT_EQ(tools->size(), 2u);
  EXPECT_EQ((*tools)[0].name, "sleep");
  EXPECT_FALSE((*tools)[0].can_run);
  EXPECT_THAT((*tools)[0].reasons, ElementsAre("Too short"));
  EXPECT_EQ((*tools)[1].name, "snooze");
  EXPECT_TRUE((*tools)[1].can_run);
  for (const auto& call : network.calls) {
    EXPECT_EQ(call.bind_address, "192.0.2.7");
    EXPECT_THAT(call.headers, kOnlyTheMark);
    EXPECT_EQ(call.body, "");
  }
  EXPECT_EQ(network.calls[0].time_limit, 10s);
  EXPECT_EQ(network.calls[1].time_limit, 30s);
  EXPECT_THAT(
      network.take_lines(),
      ElementsAre("GET https://b.example:8443/pscheduler//api",
                  "GET https://b.example:8443/pscheduler//tools?test=%7B%22spec%22%3A%7B%22dest%22%3A%22z"
                  "%5Cu00fcrich%20%26%20co%22%7D%2C%22type%22%3A%22rtt%22%7D&api=6"));
}

TEST_F(Wire, TakesEachToolOfAnOlderLevelAsOneThatCanRun) {
  network.script(
      {says(200, "5"), says(200, R"([{"name": "ping", "tests": ["rtt"]}, {"nameless": true}, "junk"])")});
  const auto tools = get(peers->tools(b_example(), kTest));
  ASSERT_TRUE(tools) << tools.error().message;
  ASSERT_EQ(tools->size(), 1u);
  EXPECT_EQ((*tools)[0].name, "ping");
  EXPECT_TRUE((*tools)[0].can_run);
  EXPECT_THAT(network.take_lines()[1], testing::EndsWith("&api=5"));
}

TEST_F(Wire, AsksForNoHigherLevelThanItUnderstands) {
  network.script({says(200, "9"), says(200, "[]")});
  EXPECT_TRUE(get(peers->tools(b_example(), kTest)));
  EXPECT_THAT(network.take_lines()[1], testing::EndsWith("&api=6"));
}

TEST_F(Wire, PutsAnAddressOfIpv6IntoBrackets) {
  network.script({says(200, "{}"), says(200, "{}")});
  EXPECT_TRUE(ask_clock("2001:db8::7"));
  EXPECT_TRUE(ask_clock("[2001:db8::7]:8443"));
  EXPECT_EQ(network.calls[0].bind_address, std::nullopt);
  EXPECT_EQ(network.calls[0].time_limit, 10s);
  EXPECT_THAT(network.take_lines(), ElementsAre("GET https://[2001:db8::7]/pscheduler/clock",
                                                "GET https://[2001:db8::7]:8443/pscheduler/clock"));
}

TEST_F(Wire, CallsNobodyWhoIsNoHost) {
  const auto clock_state = ask_clock("no host/name");
  ASSERT_FALSE(clock_state);
  EXPECT_EQ(clock_state.error().code, Errc::not_possible);
  EXPECT_THAT(clock_state.error().message, StartsWith("no host/name cannot be called"));
  EXPECT_TRUE(network.calls.empty());
}

TEST_F(Wire, CreatesATaskAndLooksWhetherItIsThere) {
  network.script({says(200, "https://b.example/pscheduler/tasks/1\n"), says(200, "{}")});
  const Json document = {{"schema", 5},
                         {"keep-after-archive", "PT1H"},
                         {"tool", "ping"},
                         {"_key", "\u00e4"},
                         {"participants", {"a.example", "b.example"}}};
  const auto created = get(peers->create_task(b_example(), kTask, 1, document));
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_THAT(network.calls[0].headers, kMarkAndJson);
  EXPECT_EQ(network.calls[0].body,
            R"({"_key":"\u00e4","participants":["a.example","b.example"],"schema":4,"tool":"ping"})");
  EXPECT_EQ(network.calls[0].time_limit, 30s);
  EXPECT_EQ(network.calls[1].body, "");
  EXPECT_EQ(network.calls[1].time_limit, 10s);
  EXPECT_THAT(network.take_lines(),
              ElementsAre("POST " + kTaskUrl + "?participant=1", "GET " + kTaskUrl + "?detail=True"));
}

TEST_F(Wire, GivesANodeOfThisKindTheTaskAsItIsAndBelievesIt) {
  network.script({ours_says(200, "6"), ours_says(200, "[]"), ours_says(200, "https://…")});
  EXPECT_FALSE(peers->is_ours("b.example"));
  ASSERT_TRUE(get(peers->tools(b_example(), kTest)));
  EXPECT_TRUE(peers->is_ours("b.example"));
  EXPECT_FALSE(peers->is_ours("c.example"));
  ASSERT_TRUE(get(peers->create_task(b_example(), kTask, 3, Json{{"schema", 5}})));
  EXPECT_EQ(network.calls[2].body, R"({"schema":5})");
  EXPECT_EQ(network.calls.size(), 3u);
}

TEST_F(Wire, ATaskThatIsNotThereAfterItsCreationWasNotCreated) {
  network.script({says(200, "https://…"), says(404, "No such task.\n")});
  const auto created = get(peers->create_task(b_example(), kTask, 1, Json::object()));
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().message,
            "b.example answered 404 when asked for the task it was given: No such task.");
}

TEST_F(Wire, AsksAHostOfAnotherKindWhetherItIsThereBeforeItsFreeTimes) {
  network.script({says(200, "\"This is pScheduler\"\n"), says(200, R"([
      {"lower": "2030-01-02T13:00:00+01:00", "upper": "2030-01-02T12:10:00Z"},
      {"lower": "2030-01-02T12:30:00Z", "upper": "2030-01-02T12:20:00Z"},
      {"lower": "junk", "upper": "2030-01-02T12:20:00Z"}, 5,
      {"lower": "2030-01-02T12:40:00Z", "upper": null},
      {"lower": "2030-01-02T12:05:00Z", "upper": "2030-01-02T12:15:00Z"}])")});
  const auto times = get(peers->free_times(b_example(), kTask, {at(-1us), at(1h + 1us)}, std::nullopt));
  ASSERT_TRUE(times) << times.error().message;
  EXPECT_THAT(times->free, ElementsAre(TimeRange{at(0s), at(15min)}, TimeRange{at(40min), at(1h + 1us)}));
  EXPECT_FALSE(times->exact);
  EXPECT_EQ(times->earliest_start, std::nullopt);
  for (const auto& call : network.calls) EXPECT_EQ(call.time_limit, 10s);
  EXPECT_THAT(network.take_lines(),
              ElementsAre("GET https://b.example/pscheduler/",
                          "GET " + kTaskUrl +
                              "/runtimes?start=2030-01-02T11%3A59%3A59Z&end=2030-01-02T13%3A00%3A01Z"));
}

TEST_F(Wire, TakesTheTimesOfANodeOfThisKindToTheMicrosecond) {
  network.answers = [](const auto&) {
    return ours_says(200, R"([{"lower": "2030-01-02T12:00:00.000001Z", "upper": "2030-01-02T12:10:00.5Z"}])",
                     {{"x-pschedulerd-earliest-start", "2030-01-02T12:00:00.250000+00:00"}});
  };
  ASSERT_FALSE(get(peers->clock(b_example())));  // from now on it is known
  network.calls.clear();
  const auto times = get(peers->free_times(b_example(), kTask, {at(0s), at(1h)}, -3));
  ASSERT_TRUE(times) << times.error().message;
  EXPECT_THAT(times->free, ElementsAre(TimeRange{at(1us), at(10min + 500ms)}));
  EXPECT_TRUE(times->exact);
  EXPECT_EQ(times->earliest_start, at(250ms));
  EXPECT_THAT(network.take_lines(), ElementsAre("GET " + kTaskUrl +
                                                "/runtimes?start=2030-01-02T12%3A00%3A00Z&end="
                                                "2030-01-02T13%3A00%3A00Z&priority=-3&api=4"));
}

TEST_F(Wire, SaysWhenARunShouldStartWhereOthersMayGiveWayToIt) {
  network.script({ours_says(200, "\"\""), ours_says(200, "[]"), ours_says(200, "[]")});
  for (const auto nominal : {std::optional<Instant>(at(1min)), std::optional<Instant>()}) {
    ASSERT_TRUE(get(peers->free_times(b_example(), kTask, {at(0s), at(1h)}, std::nullopt, nominal)));
  }
  ASSERT_EQ(network.calls.size(), 3u);
  EXPECT_THAT(network.calls[1].headers,
              ElementsAre(Pair("X-Pschedulerd-Nominal-Start", "2030-01-02T12:01:00.000000+00:00"),
                          Pair("X-Pschedulerd-Peer", "1")));
  EXPECT_THAT(network.calls[2].headers, kOnlyTheMark);
}

TEST_F(Wire, AHostThatKnowsNoPrioritiesHasNoTimes) {
  network.script({says(200, "\"\""), says(501, "No such level.")});
  const auto times = get(peers->free_times(b_example(), kTask, {at(0s), at(1h)}, 5));
  ASSERT_TRUE(times) << times.error().message;
  EXPECT_TRUE(times->free.empty());
}

HoldRequest hold_request(std::string key = "K ey?") {
  HoldRequest request;
  request.task = kTask;
  request.run = kRun;
  request.key = std::move(key);
  request.start = at(90s + 250ms);
  request.hold = 12'500ms;
  request.nominal_start = at(-3s);
  return request;
}

TEST_F(Wire, AsksAHostOfAnotherKindForTheRunItHolds) {
  network.script({says(200, "OK\n"), says(200, R"({"participant-data": {"port": 5890, "#": "\u00fc"},
                                                   "state": "pending", "errors": null})")});
  const auto held = get(peers->hold(b_example(), hold_request()));
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_FALSE(held->refused);
  EXPECT_EQ(held->participant_data, R"({"#":"\u00fc","port":5890})");
  const auto& put = network.calls[0];
  EXPECT_THAT(put.headers,
              ElementsAre(Pair("Content-Type", "application/json"), Pair("X-Pschedulerd-Hold", "PT12.5S"),
                          Pair("X-Pschedulerd-Nominal-Start", "2030-01-02T11:59:57.000000+00:00"),
                          Pair("X-Pschedulerd-Peer", "1"),
                          Pair("X-Pschedulerd-Start", "2030-01-02T12:01:30.250000+00:00")));
  EXPECT_EQ(put.body, R"({"start-time":"2030-01-02T12:01:30+00:00"})");
  EXPECT_EQ(put.time_limit, 30s);
  EXPECT_EQ(network.calls[1].time_limit, 10s);
  EXPECT_THAT(network.take_lines(),
              ElementsAre("PUT " + kRunUrl + "?key=K%20ey%3F", "GET " + kRunUrl + "?key=K%20ey%3F"));
}

TEST_F(Wire, SaysWhetherARunTakesItsTurn) {
  network.script({ours_says(200, R"({"participant-data": null, "state": "pending"})"),
                  ours_says(200, R"({"participant-data": null, "state": "pending"})")});
  auto request = hold_request();
  ASSERT_TRUE(get(peers->hold(b_example(), request)));
  request.takes_turn = true;
  ASSERT_TRUE(get(peers->hold(b_example(), request)));
  EXPECT_FALSE(network.calls[0].headers.contains("X-Pschedulerd-Takes-Turn"));
  EXPECT_TRUE(network.calls[1].headers.contains("X-Pschedulerd-Takes-Turn"));
}

TEST_F(Wire, TakesTheRunFromTheAnswerOfANodeOfThisKind) {
  network.script({ours_says(200, R"({"participant-data": null, "state": "pending"})")});
  const auto held = get(peers->hold(b_example(), hold_request("")));
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_EQ(held->participant_data, "null");
  EXPECT_THAT(network.take_lines(), ElementsAre("PUT " + kRunUrl));
}

TEST_F(Wire, ARunThatDoesNotTakePlaceThereIsRefused) {
  network.script({says(200, "OK"), says(200, R"({"participant-data": null, "state": "nonstart",
                                                 "errors": "Too long for you"})"),
                  ours_says(200, R"({"participant-data": null, "state": "canceled", "errors": ""})")});
  auto held = get(peers->hold(b_example(), hold_request()));
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_TRUE(held->refused);
  EXPECT_EQ(held->reason, "Too long for you");
  held = get(peers->hold(b_example(), hold_request()));
  ASSERT_TRUE(held) << held.error().message;
  EXPECT_TRUE(held->refused);
  EXPECT_EQ(held->reason, "b.example says that the run is canceled");
}

TEST_F(Wire, TellsTheDataOfAllParticipants) {
  network.script({says(200, "OK")});
  const auto told = get(peers->announce(b_example(), kTask, kRun, "K", R"([{},{"port":5890}])"));
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_THAT(network.calls[0].headers, kMarkAndJson);
  EXPECT_EQ(network.calls[0].body, R"({"part-data-full":[{},{"port":5890}]})");
  EXPECT_EQ(network.calls[0].time_limit, 30s);
  EXPECT_THAT(network.take_lines(), ElementsAre("PUT " + kRunUrl + "?key=K"));
}

TEST_F(Wire, RemovesRunsAndTasks) {
  network.script({says(200, "OK"), says(404, "Not here."), says(410, "Gone."), says(403, "No.\n")});
  EXPECT_EQ(get(peers->remove(b_example(), kTask, kRun, "K")).value(), Removal::done);
  EXPECT_EQ(get(peers->remove(b_example(), kTask, std::nullopt, "K")).value(), Removal::was_not_there);
  EXPECT_EQ(get(peers->remove(b_example(), kTask, kRun, "")).value(), Removal::was_not_there);
  const auto refused = get(peers->remove(b_example(), kTask, std::nullopt, ""));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_EQ(refused.error().message, "b.example answered 403 when asked to remove a task: No.");
  for (const auto& call : network.calls) EXPECT_EQ(call.time_limit, 5s);
  EXPECT_THAT(network.take_lines(),
              ElementsAre("DELETE " + kRunUrl + "?key=K", "DELETE " + kTaskUrl + "?key=K",
                          "DELETE " + kRunUrl, "DELETE " + kTaskUrl));
}

TEST_F(Wire, TellsALeadWhatHasBecomeOfItsRun) {
  const std::string what = R"({"gave-way":{"participant":1,"reason":"Preempted."}})";
  network.script({ours_says(200, "OK"), ours_says(404, "No such run."), ours_says(409, "Not yet.")});
  const auto tell = [&] { return get(peers->tell_lead(b_example(), kTask, kRun, "K", what)); };
  EXPECT_EQ(tell().value(), Removal::done);
  EXPECT_EQ(network.calls[0].body, what);
  EXPECT_THAT(network.calls[0].headers, kMarkAndJson);
  EXPECT_EQ(network.calls[0].time_limit, 5s);
  EXPECT_EQ(tell().value(), Removal::was_not_there);
  const auto refused = tell();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "b.example answered 409 when told that its run gave way here: Not yet.");
  for (const auto& line : network.take_lines()) EXPECT_EQ(line, "PUT " + kRunUrl + "?key=K");
}

TEST_F(Wire, WaitsForTheResultWithoutAKey) {
  network.script(
      {says(200, R"({"result": {"succeeded": true, "#kept": 1}, "state": "finished", "errors": "noise"})"),
       says(200, R"({"result": null, "state": "running"})")});
  auto result = get(peers->local_result(b_example(), kTask, kRun, 14'900ms));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->result, R"({"#kept":1,"succeeded":true})");
  EXPECT_EQ(result->state, "finished");
  EXPECT_EQ(result->errors, "noise");
  EXPECT_EQ(network.calls[0].time_limit, 14'500ms);
  result = get(peers->local_result(b_example(), kTask, kRun, 300ms));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->result, "");
  EXPECT_EQ(result->state, "running");
  EXPECT_EQ(network.calls[1].time_limit, 1'500ms);
  EXPECT_THAT(network.take_lines(), ElementsAre("GET " + kRunUrl + "?wait-local=True&wait=14",
                                                "GET " + kRunUrl + "?wait-local=True&wait=1"));
}

TEST_F(Wire, PassesTheClockOn) {
  network.script({says(200, R"({"time": "2030-01-02T12:00:00.000001Z", "synchronized": true})")});
  const auto state = ask_clock();
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ((*state)["synchronized"], true);
}

TEST(PeerOf, IsTheParticipantCalledFromTheTasksAddress) {
  Task task;
  task.participants = {"a.example", "b.example:8443"};
  task.document = R"({"lead-bind":"192.0.2.7"})";
  EXPECT_EQ(peer_of(task, 1).host, "b.example:8443");
  EXPECT_EQ(peer_of(task, 1).bind_address, "192.0.2.7");
  task.document = "{}";
  EXPECT_EQ(peer_of(task, 0).host, "a.example");
  EXPECT_EQ(peer_of(task, 0).bind_address, "");
}

}  // namespace
}  // namespace pscheduler::services::test
