// The network and the clocks that tests of several nodes stand on: what gets through, what does not, and when
// the caller learns of it.

#include "component/mesh.hpp"

namespace pscheduler::test {
namespace {

class MeshNetwork : public testing::Test {
 protected:
  MeshNetwork() {
    mesh.add("a");
    mesh.add("b", {.more_addresses = {"192.0.2.102"}});
  }
  Result<ports::HttpAnswer> ask(const std::string& url, ports::HttpCall call = {}) {
    call.url = url;
    if (!call.time_limit) call.time_limit = 10s;
    return mesh["a"].await(mesh["a"].http.call(std::move(call)));
  }
  [[nodiscard]] Duration passed() const { return mesh.universe.clock.now() - kNoon; }

  Mesh mesh;
  const std::string hostname = "https://b.example/pscheduler/hostname";
};

TEST_F(MeshNetwork, CarriesACallToTheApiOfAnotherNodeAndKeepsIt) {
  const auto answer = ask(hostname);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "\"b.example\"\n");
  EXPECT_EQ(answer->headers.at("content-type"), "application/json");
  EXPECT_GE(passed(), 2ms) << "there and back";
  EXPECT_LE(passed(), 60ms);
  ASSERT_EQ(mesh.network.record.size(), 1U);
  EXPECT_EQ(mesh.network.record[0]->line(), "a.example > b.example: GET /pscheduler/hostname 200");
  EXPECT_EQ(mesh.network.record[0]->answer, answer->body);
}

TEST_F(MeshNetwork, TellsWhoCalls) {
  const auto requester_of = [&](const std::string& task) {
    return mesh["b"].detail_of(task)["hints"]["requester"].get<std::string>();
  };
  const auto post = [&](ports::HttpCall call) {
    call.method = "POST";
    call.body = R"({"test": {"type": "normal", "spec": {"seconds": 5}}, "schedule": {}})";
    const auto answer = ask("https://192.0.2.102/pscheduler/tasks", std::move(call));
    const std::string url = Json::parse(answer->body);
    EXPECT_TRUE(url.starts_with("https://192.0.2.102/pscheduler/tasks/")) << url;
    return url.substr(url.find("/tasks/"));
  };
  EXPECT_EQ(requester_of(post({})), "192.0.2.1");
  mesh.add("c", {.more_addresses = {"192.0.2.103"}});
  ports::HttpCall bound;
  bound.bind_address = "192.0.2.103";
  bound.url = hostname;
  EXPECT_EQ(mesh["c"].await(mesh["c"].http.call(bound))->status, 200);
  EXPECT_EQ(ask(hostname, bound).error().code, Errc::unreachable) << "not an address of the caller";
}

TEST_F(MeshNetwork, UnknownAndDeadHostsAreRefusedAtOnceAndSilentOnesAreWaitedFor) {
  EXPECT_EQ(ask("https://nobody.example/").error().code, Errc::unreachable);
  EXPECT_EQ(passed(), 0s);
  mesh.lose_power("b");
  EXPECT_EQ(ask(hostname).error().code, Errc::unreachable);
  EXPECT_LE(passed(), 60ms);
  mesh.network.set_silent_when_off(Mesh::host("b"));
  const auto before = passed();
  EXPECT_EQ(ask(hostname).error().code, Errc::timed_out);
  EXPECT_EQ(passed() - before, 10s);
  mesh.power_on("b");
  EXPECT_EQ(ask(hostname)->status, 200);
}

TEST_F(MeshNetwork, LostMessagesAreNotHeardOf) {
  mesh.network.fate = [](const WireCall& call) {
    return Fate{.request_is_lost = call.method == "GET", .answer_is_lost = call.method == "POST"};
  };
  EXPECT_EQ(ask(hostname).error().code, Errc::timed_out);
  EXPECT_FALSE(mesh.network.record[0]->served);
  ports::HttpCall post;
  post.method = "POST";
  post.body = R"({"test": {"type": "normal", "spec": {"seconds": 5}}, "schedule": {}})";
  EXPECT_EQ(ask("https://b.example/pscheduler/tasks", post).error().code, Errc::timed_out);
  EXPECT_TRUE(mesh.network.record[1]->served);
  EXPECT_EQ(mesh["b"].get("/tasks").json().size(), 1U) << "only the answer was lost";
}

TEST_F(MeshNetwork, PartedHostsDoNotHearOfEachOtherAndOneWayLinksOnlyWork) {
  mesh.network.part("a.example", "b.example");
  EXPECT_EQ(ask(hostname).error().code, Errc::timed_out);
  mesh.network.link("a.example", "b.example").cut = false;
  EXPECT_EQ(ask(hostname).error().code, Errc::timed_out);
  EXPECT_TRUE(mesh.network.record[1]->served) << "the way there works";
  mesh.network.join("a.example", "b.example");
  EXPECT_EQ(ask(hostname)->status, 200);
}

TEST_F(MeshNetwork, APowerLossEndsTheCallsUnderWay) {
  mesh.network.on_arrival = [&](const WireCall&) { mesh.lose_power("b"); };
  EXPECT_EQ(ask(hostname).error().code, Errc::unreachable);
  mesh.network.on_arrival = {};
  mesh.power_on("b");
  EXPECT_EQ(ask(hostname)->status, 200);
}

TEST_F(MeshNetwork, ACallerThatGivesUpIsNoLongerAnswered) {
  const auto run = mesh["b"].run_of(mesh["b"].post_task("normal", 5, {{"start", "PT1H"}}));
  ports::HttpCall call;
  call.time_limit = 5s;
  const std::string url = run["href"].get<std::string>() + "?wait-merged&wait=300";
  EXPECT_EQ(ask(url, call).error().code, Errc::timed_out);
  mesh.advance(1s);
  EXPECT_EQ(mesh["b"].events.size(), 0U) << "its handler has gone";
}

TEST_F(MeshNetwork, ANodeComesBackOnItsDatabaseAndItsClockHasGoneOn) {
  const auto task = mesh["b"].post_task("background", 10, {{"start", "PT10M"}});
  mesh["b"].clock.step(3s);
  mesh.lose_power_at_commit("b", 0, Mesh::Commit::is_lost);
  EXPECT_EQ(mesh["b"].call("DELETE", task).status, 0) << "the power went";
  EXPECT_FALSE(mesh.is_on("b"));
  mesh.advance(1min);
  mesh.power_on("b");
  EXPECT_EQ(mesh["b"].clock.now(), at(1min + 3s));
  EXPECT_EQ(mesh["b"].run_of(task)["state"], "pending");
  mesh.lose_power_at_commit("b", 0, Mesh::Commit::is_durable);
  EXPECT_EQ(mesh["b"].call("DELETE", task).status, 0);
  mesh.power_on("b");
  EXPECT_EQ(mesh["b"].detail_of(task)["enabled"], false);
}

TEST_F(MeshNetwork, EachClockGoesAsItCan) {
  mesh.add("fast", {.clock_offset = 300ms, .drift_ppm = 100});
  mesh.add("slow", {.drift_ppm = -37});
  std::optional<Instant> started;
  mesh["fast"].plugins.on_call = [&](const ToolCall&) {
    started = started.value_or(mesh.universe.clock.now());
  };
  mesh["fast"].plugins.preparation = 0s;
  mesh["fast"].post_task("background", 10, {{"start", text_of(at(10min))}});
  mesh.advance_to(at(1000s));
  EXPECT_EQ(mesh["fast"].clock.now(), at(1000s + 400ms));
  EXPECT_EQ(mesh["slow"].clock.now(), at(1000s - 37ms));
  EXPECT_EQ(mesh["a"].clock.now(), at(1000s));
  ASSERT_TRUE(started) << "by its own clock";
  EXPECT_GT(*started + services::kCrowdLead, at(600s - 361ms));
  EXPECT_LT(*started + services::kCrowdLead, at(600s - 359ms));
}

TEST(MeshSeed, DecidesEverything) {
  const auto story = [](std::uint64_t seed) {
    Mesh mesh(seed);
    mesh.add("a");
    mesh.add("b");
    mesh.network.set_all_links({.lost_of_thousand = 300});
    std::string text;
    for (int i = 0; i < 30; ++i) {
      ports::HttpCall call;
      call.url = "https://b.example/pscheduler/clock";
      const auto answer = mesh["a"].await(mesh["a"].http.call(std::move(call)));
      text += std::to_string(answer ? answer->status : 0) + " " + text_of(mesh.universe.clock.now()) + "\n";
    }
    return text;
  };
  EXPECT_EQ(story(1), story(1));
  EXPECT_NE(story(1), story(2));
}

}  // namespace
}  // namespace pscheduler::test
