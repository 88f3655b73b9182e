// Long polls: answered by what happens, at the moment it does, and never later than asked.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class LongPoll : public WorldTest {};

TEST_F(LongPoll, FirstIsAnsweredTheMomentTheRunIsDurable) {
  world->plugins.holds_participant_data = true;
  const auto task = world->post_task("exclusive", 10, {{"start", "PT1M"}});
  const auto first = world->begin("GET", task + "/runs/first");
  const auto next = world->begin("GET", task + "/runs/next");
  EXPECT_FALSE(first->answer);
  world->advance_to(at(7s));
  world->store.hold();
  world->plugins.let_participant_data_go();
  world->settle();
  EXPECT_FALSE(first->answer) << "it is planned but not durable";
  world->store.release();
  world->settle();
  ASSERT_TRUE(first->answer);
  ASSERT_TRUE(next->answer);
  EXPECT_EQ(first->answer->at, at(7s)) << "no time has passed";
  EXPECT_EQ(first->answer->json()["state"], "pending");
  EXPECT_EQ(first->answer->json()["href"], next->answer->json()["href"]);
  EXPECT_EQ(first->answer->json()["href"].get<std::string>().find("first"), std::string::npos);
}

struct Poll {
  std::string name;
  std::string query;
  int status;
  Duration answered;  // the tool runs from 0 s to 9 s, its result is merged at 12 s
  std::string state;  // empty: not a run
};

class Polls : public LongPoll, public testing::WithParamInterface<Poll> {};

TEST_P(Polls, AreAnsweredInTime) {
  const auto& c = GetParam();
  world->plugins.merge_takes = 3s;
  const auto task = world->post_task("background", 10);
  const auto id = world->run_of(task)["href"].get<std::string>();
  const auto query = c.query.starts_with("ID") ? id.substr(id.rfind('/') + 1) + c.query.substr(2) : c.query;
  const auto answer = world->get(task + "/runs/" + query);
  EXPECT_EQ(answer.status, c.status);
  EXPECT_EQ(answer.at, at(c.answered));
  if (c.state.empty()) {
    EXPECT_EQ(answer.type, "text/plain; charset=utf-8");
  } else {
    EXPECT_EQ(answer.json()["state"], c.state);
  }
  EXPECT_EQ(world->events.size(), 0U) << "nothing is kept of those who waited";
}

INSTANTIATE_TEST_SUITE_P(
    Table, Polls,
    testing::Values(Poll{"plain", "ID", 200, 0s, "running"}, Poll{"first", "first", 200, 0s, "running"},
                    Poll{"local", "ID?wait-local", 200, 9s, "cleanup"},
                    Poll{"merged", "ID?wait-merged", 200, 12s, "finished"},
                    Poll{"first merged", "first?wait-merged=1", 200, 12s, "finished"},
                    Poll{"Python spelling", "first?wait-merged=True&wait=20", 200, 12s, "finished"},
                    Poll{"merged timed out", "ID?wait-merged&wait=11", 200, 11s, "cleanup"},
                    Poll{"local timed out", "ID?wait-local&wait=4", 200, 4s, "running"},
                    Poll{"no time to wait", "ID?wait-merged&wait=0", 200, 0s, "running"},
                    Poll{"a flag that is false", "ID?wait-merged=no", 200, 0s, "running"},
                    Poll{"next with none to come", "next?wait=5", 200, 0s, "running"},
                    Poll{"unknown run", "7d100000-0000-4000-8000-000000000001?wait-merged", 404, 0s, ""},
                    Poll{"both flags", "ID?wait-merged&wait-local", 400, 0s, ""},
                    Poll{"negative", "ID?wait=-1", 400, 0s, ""}, Poll{"a word", "ID?wait=long", 400, 0s, ""},
                    Poll{"result at once", "ID/result", 404, 0s, ""},
                    Poll{"result waits ten seconds", "ID/result?wait", 404, 10s, ""}),
    CaseName());

TEST_F(LongPoll, ForARunThatNeverComesEndsWith404) {
  const auto task = world->post_task("background", 10, {{"start", "P3D"}});
  EXPECT_EQ(world->get(task + "/runs/first?wait=0").at, at(0s));
  const auto five = world->get(task + "/runs/first?wait=5");
  EXPECT_EQ(five.status, 404);
  EXPECT_EQ(five.at, at(5s));
  const auto standard = world->get(task + "/runs/next");
  EXPECT_EQ(standard.status, 404);
  EXPECT_EQ(standard.at, at(35s)) << "30 s unless told otherwise";
  EXPECT_EQ(world->events.size(), 0U);
}

TEST_F(LongPoll, BothPhasesHaveTheirTime) {
  const auto task = world->post_task("background", 3, {{"start", "PT24H1S"}});
  const auto answer = world->get(task + "/runs/first?wait-merged&wait=5");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at, at(6s)) << "5 s from the moment it appeared";
  EXPECT_EQ(answer.json()["state"], "pending");
}

TEST_F(LongPoll, NextLooksFromTheCurrentSecondOn) {
  const auto task = world->post_task("background", 3, {{"repeat", "PT1M"}, {"max-runs", 2}});
  world->advance_to(at(30s));
  const auto next = world->run_of(task, "next");
  EXPECT_EQ(next["start-time"], text_of(at(60s)));
  world->advance_to(at(60s) + 500ms);
  EXPECT_EQ(world->run_of(task, "next")["href"], next["href"]) << "it began in this very second";
  world->advance_to(at(61s));
  EXPECT_EQ(world->get(task + "/runs/next?wait=0").status, 404);
  EXPECT_EQ(world->run_of(task, "first")["start-time"], text_of(at(0s)));
}

TEST_F(LongPoll, ResultIsAnsweredTheMomentItIsThere) {
  const auto task = world->post_task("background", 5);
  const auto id = world->run_of(task)["href"].get<std::string>();
  const auto answer = world->get(id.substr(id.find("/tasks/")) + "/result?wait");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.at, at(4s));
}

TEST_F(LongPoll, EndsAtOnceForARunThatEndsWithoutResult) {
  const auto task = world->post_task("exclusive", 60);
  const auto pending = world->begin("GET", task + "/runs/first?wait-merged&wait=600");
  world->advance_to(at(5s));
  EXPECT_FALSE(pending->answer);
  world->call("DELETE", task);
  ASSERT_TRUE(pending->answer);
  EXPECT_EQ(pending->answer->json()["state"], "canceled");
}

TEST_F(LongPoll, MissesNoChangeWhileALargeRunIsBeingRead) {
  const auto task = world->post_task("background", 10);
  world->store.hold_reads();
  const auto pending = world->begin("GET", task + "/runs/first?wait-merged&wait=600");
  world->advance_to(at(30s));
  EXPECT_FALSE(pending->answer) << "what it reads is from before the end";
  world->store.release_reads();
  world->settle();
  ASSERT_TRUE(pending->answer);
  EXPECT_EQ(pending->answer->json()["state"], "finished");
}

TEST_F(LongPoll, ThatIsGivenUpLeavesNothingBehind) {
  const auto task = world->post_task("exclusive", 60, {{"start", "P3D"}});
  std::vector<std::shared_ptr<Pending>> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(world->begin("GET", task + "/runs/first?wait=600"));
  EXPECT_EQ(world->events.size(), 1U);
  world->give_up(*waiting[0]);
  EXPECT_TRUE(waiting[0]->cancelled);
  EXPECT_FALSE(waiting[1]->cancelled);
  EXPECT_EQ(world->events.size(), 1U);
  world->give_up(*waiting[1]);
  world->give_up(*waiting[2]);
  EXPECT_EQ(world->events.size(), 0U);
}

}  // namespace
}  // namespace pscheduler::test
