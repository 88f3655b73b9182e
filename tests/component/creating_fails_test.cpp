// A task with several participants is created at all of them or at none, whatever fails on the way.

#include <boost/asio/post.hpp>

#include "component/creating.hpp"

namespace pscheduler::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Something that answers in place of c.
class OtherServer final : public Network::Server {
 public:
  OtherServer(Mesh& mesh, int status, std::string body)
      : mesh_(mesh), status_(status), body_(std::move(body)) {}
  ports::Scope::Ticket serve(api::HttpRequest, Done done) override {
    boost::asio::post(mesh_.universe.loop, [this, done = std::move(done)] {
      api::HttpResponse response;
      response.status = status_;
      response.body = body_;
      done(std::move(response));
    });
    return 0;
  }
  void give_up(ports::Scope::Ticket) override {}

 private:
  Mesh& mesh_;
  int status_;
  std::string body_;
};

TEST_F(Creating, SaysWhoRunsNoPScheduler) {
  OtherServer web(mesh, 404, "<html>Nothing here</html>");
  mesh.network.add_host("www.example", {"192.0.2.80"});
  mesh.network.power_on("www.example");
  mesh.network.serve("www.example", web);
  const auto answer = post(task(Json::object(), {"a", "b", "www"}));
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(
      answer.body,
      AllOf(HasSubstr("Not all participants of this normal test can be asked for their tools"),
            HasSubstr("www.example does not seem to run pScheduler"), testing::Not(HasSubstr("b.example"))));
}

TEST_F(Creating, NamesAllWhoDoNotAnswer) {
  mesh.lose_power("b");
  mesh.lose_power("c");
  const auto answer = post(task());
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, AllOf(HasSubstr("\n  b.example cannot be reached"),
                                 HasSubstr("\n  c.example cannot be reached")));
}

// What goes wrong with b while a task is created at it and at c.
struct Trouble {
  std::string name;
  std::function<void(Mesh&)> arrange;
  std::string text;
};

void to_b(Mesh& mesh, const std::string& method, const Fate& fate) {
  mesh.network.fate = [method, fate](const WireCall& call) {
    return call.method == method && call.to == "b.example" ? fate : Fate{};
  };
}

void power_goes_at(Mesh& mesh, const std::string& method, const std::string& part) {
  mesh.network.on_arrival = [&mesh, method, part](const WireCall& call) {
    if (call.method == method && call.to == "b.example" && call.target.find(part) != std::string::npos) {
      mesh.lose_power("b");
    }
  };
}

class CreatingFails : public Creating, public testing::WithParamInterface<Trouble> {};

TEST_P(CreatingFails, WithTheHostAndItsReasonAndLeavesNothingBehind) {
  GetParam().arrange(mesh);
  const auto answer = post(task());
  EXPECT_EQ(answer.status, 422) << answer.body;
  EXPECT_THAT(answer.body, AllOf(HasSubstr("b.example"), HasSubstr(GetParam().text)));
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("\n  c.example"))) << "c is not to blame";
  expect_nothing_left();
}

INSTANTIATE_TEST_SUITE_P(
    Table, CreatingFails,
    testing::Values(
        Trouble{"b is off", [](Mesh& mesh) { mesh.lose_power("b"); }, "cannot be reached"},
        Trouble{"b is silent",
                [](Mesh& mesh) {
                  mesh.lose_power("b");
                  mesh.network.set_silent_when_off("b.example");
                },
                "did not answer within"},
        Trouble{"b dies when it is asked for its level",
                [](Mesh& mesh) { power_goes_at(mesh, "GET", "/api"); }, "b.example"},
        Trouble{"b dies when it is asked for its tools",
                [](Mesh& mesh) { power_goes_at(mesh, "GET", "/tools"); }, "b.example"},
        Trouble{"b dies when the task arrives", [](Mesh& mesh) { power_goes_at(mesh, "POST", "/tasks/"); },
                "b.example"},
        Trouble{"b dies before it has stored the task",
                [](Mesh& mesh) { mesh.lose_power_at_commit("b", 0, Mesh::Commit::is_lost); }, "b.example"},
        Trouble{"b dies with the task on its disk",
                [](Mesh& mesh) { mesh.lose_power_at_commit("b", 0, Mesh::Commit::is_durable); }, "b.example"},
        Trouble{"the task is lost on its way",
                [](Mesh& mesh) { to_b(mesh, "POST", {.request_is_lost = true}); }, "did not answer within"},
        Trouble{"the answer of b is lost", [](Mesh& mesh) { to_b(mesh, "POST", {.answer_is_lost = true}); },
                "did not answer within"},
        Trouble{"b has no room",
                [](Mesh& mesh) { mesh["b"].store.refuses = [](const ports::Changes&) { return true; }; },
                "503"},
        Trouble{"a tool of b breaks",
                [](Mesh& mesh) {
                  mesh["b"].plugins.before_answer = [](std::string method) -> ports::AsyncResult<void> {
                    if (method == "duration") co_return fail(Errc::plugin_failed, "The tool is rusty.");
                    co_return Result<void>{};
                  };
                },
                "The tool is rusty."}),
    CaseName());

TEST_F(Creating, TakesBackWhatArrivesAfterItWasGivenUp) {
  on_post_to_b({.request_takes_longer = 50s});
  const auto answer = post(task());
  EXPECT_EQ(answer.status, 422);
  EXPECT_THAT(answer.body, HasSubstr("b.example did not answer within"));
  expect_nothing_left();
}

TEST_F(Creating, LeavesNothingBehindOnAHostThatComesBackMuchLater) {
  mesh.lose_power_at_commit("b", 0, Mesh::Commit::is_durable);
  EXPECT_EQ(post(task()).status, 422);
  mesh.advance(6h);
  EXPECT_EQ(owed(), 1U);
  mesh.power_on("b");
  EXPECT_EQ(enabled_tasks("b"), 1U);
  mesh.advance(1min);
  EXPECT_EQ(enabled_tasks("b"), 0U);
  EXPECT_EQ(owed(), 0U);
}

TEST_F(Creating, IsGivenUpWhenTheOneWhoPostedGoesAway) {
  on_post_to_b({.answer_takes_longer = 2s});
  const auto pending = mesh["a"].begin("POST", "/tasks", task());
  mesh.advance(1s);
  EXPECT_EQ(enabled_tasks("b"), 1U);
  mesh["a"].give_up(*pending);
  EXPECT_TRUE(pending->cancelled);
  expect_nothing_left();
}

TEST_F(Creating, IsNoMoreThanAQuestionAsLongAsToolsAreAskedFor) {
  mesh.network.set_all_links({.latency_min = 1s, .latency_max = 1s});
  const auto pending = mesh["a"].begin("POST", "/tasks", task());
  mesh.advance(1s);
  mesh["a"].give_up(*pending);
  mesh.advance(1min);
  EXPECT_EQ(mesh["a"].get("/tasks").json(), Json::array());
  EXPECT_EQ(calls("POST", "/tasks/"), 0U);
}

TEST_F(Creating, EndsWhenTheTaskIsCanceledMeanwhile) {
  on_post_to_b({.answer_takes_longer = 2s});
  const auto pending = mesh["a"].begin("POST", "/tasks", task());
  mesh.advance(1s);
  const auto url = mesh["a"].get("/tasks").json().at(0).get<std::string>();
  EXPECT_EQ(mesh["a"].call("DELETE", url.substr(url.find("/tasks/"))).status, 200);
  mesh.advance(5s);
  ASSERT_TRUE(pending->answer);
  EXPECT_EQ(pending->answer->status, 409);
  EXPECT_THAT(pending->answer->body, HasSubstr("canceled while it was being created"));
  expect_nothing_left();
}

TEST_F(Creating, FailsWithoutRoomOnTheLeadAndTellsNobody) {
  mesh["a"].store.refuses = [](const ports::Changes&) { return true; };
  EXPECT_EQ(post(task()).status, 503);
  EXPECT_EQ(calls("POST", "/tasks/"), 0U);
  expect_nothing_left();
  EXPECT_EQ(mesh["a"].get("/tasks").json(), Json::array());
}

TEST_F(Creating, IsTakenBackWhenTheLeadHasNoRoomInTheEnd) {
  mesh["a"].store.refuses = [](const ports::Changes& changes) { return changes.new_tasks.empty(); };
  EXPECT_EQ(post(task()).status, 503);
  mesh.advance(10s);
  EXPECT_EQ(enabled_tasks("b"), 0U) << "for that it needs no room";
  expect_nothing_left();
  const auto url = mesh["a"].get("/tasks").json().at(0).get<std::string>();
  EXPECT_TRUE(stored("a", url).progress.canceled_at);
}

TEST_F(Creating, IsGivenUpWhenTheLeadIsStoppedMeanwhile) {
  on_post_to_b({.answer_takes_longer = 20s});
  const auto pending = mesh["a"].begin("POST", "/tasks", task());
  mesh.advance(1s);
  mesh.stop("a");
  expect_nothing_left();
}

struct Crash {
  std::string name;
  int commit;  // of the lead, from the first of the creation
  Mesh::Commit last;
  bool created;
};

class CreatingIsInterrupted : public Creating, public testing::WithParamInterface<Crash> {};

TEST_P(CreatingIsInterrupted, AndTheTaskIsEverywhereOrNowhere) {
  const auto& c = GetParam();
  mesh.lose_power_at_commit("a", c.commit, c.last);
  EXPECT_NE(post(task()).status, 200);
  if (!c.created) {
    expect_nothing_left();
    for (const auto& url : mesh["a"].get("/tasks").json()) {
      EXPECT_TRUE(stored("a", url.get<std::string>()).progress.canceled_at)
          << "a person sees what became of it";
    }
    return;
  }
  mesh.advance(2min);
  mesh.power_on("a");
  mesh.advance(2min);
  for (const auto* name : {"a", "b", "c"}) EXPECT_EQ(enabled_tasks(name), 1U) << name;
  EXPECT_EQ(owed(), 0U);
  EXPECT_TRUE(mesh["a"].scheduling.next_plan()) << "its runs are planned";
}

INSTANTIATE_TEST_SUITE_P(Table, CreatingIsInterrupted,
                         testing::Values(Crash{"before it is stored", 0, Mesh::Commit::is_lost, false},
                                         Crash{"once it is stored", 0, Mesh::Commit::is_durable, false},
                                         Crash{"before it is enabled", 1, Mesh::Commit::is_lost, false},
                                         Crash{"once it is enabled", 1, Mesh::Commit::is_durable, true}),
                         CaseName());

}  // namespace
}  // namespace pscheduler::test
