// Quotas: what runs take of them is counted over restarts, given back when they do not run, and never
// overdrawn by runs that are planned at the same time.

#include "component/mesh.hpp"
#include "component/world.hpp"
#include "pscheduler/services/quota_book.hpp"

namespace pscheduler::test {
namespace {

const Peer kStranger{.address = "203.0.113.5"};
const Peer kOther{.address = "203.0.113.6"};

// Everybody has a quota; this host's own do not need one.
std::string file(const Json& quota) {
  const Json limits = {{{"name", "daily"}, {"type", "quota"}, {"data", quota}}};
  const Json limited = {
      {"schema", 4},
      {"identifiers",
       {{{"name", "all"}, {"description", ""}, {"type", "always"}, {"data", Json::object()}},
        {{"name", "own"},
         {"description", ""},
         {"type", "ip-cidr-list"},
         {"data", {{"cidrs", {"127.0.0.0/8"}}}}}}},
      {"classifiers",
       {{{"name", "all"}, {"description", ""}, {"identifiers", {"all"}}},
        {{"name", "own"}, {"description", ""}, {"identifiers", {"own"}}}}},
      {"limits", limits},
      {"applications",
       {{{"description", "Own"}, {"classifier", "own"}, {"apply", Json::array()}},
        {{"description", "All"}, {"apply", {{{"require", "all"}, {"limits", {"daily"}}}}}}}}};
  return limited.dump();
}

std::string runs_a_day(int runs) {
  return file({{"per", "address"}, {"period", "P1D"}, {"runs", runs}});
}

class Quotas : public WorldTest {
 protected:
  Answer post(const Json& schedule = Json::object(), const Peer& peer = kStranger,
              const std::string& test = "normal", int seconds = 10) {
    const Json task = {
        {"schema", 3}, {"test", {{"type", test}, {"spec", {{"seconds", seconds}}}}}, {"schedule", schedule}};
    return world->call("POST", "/tasks", task.dump(), peer);
  }
  std::string path_of(const Answer& answer) {
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto url = answer.json().get<std::string>();
    return url.substr(url.find("/tasks/"));
  }
  std::map<std::string, int> states_of_runs(const std::string& task) {
    std::map<std::string, int> states;
    for (const auto& run : world->runs_of(task)) ++states[run["state"].get<std::string>()];
    return states;
  }
};

using States = std::map<std::string, int>;

TEST_F(Quotas, ThatAreUsedUpRefuseAtOnceUntilThereIsRoomAgain) {
  world->limit(runs_a_day(2));
  const auto first = path_of(post());
  world->advance_to(at(1h));
  const auto second = path_of(post());
  world->advance_to(at(2h));
  EXPECT_EQ(world->run_of(first)["state"], "finished");
  EXPECT_EQ(world->run_of(second)["state"], "finished");
  const auto refused = post();
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.body, testing::HasSubstr(
                                "limit 'daily' failed: Quota 'daily' of 203.0.113.5 has no room for this (a "
                                "run): 2 of 2 runs within P1D are used; there is room at 2030-01-03T12:00:"));
  EXPECT_EQ(post(Json::object(), kOther).status, 200) << "another has his own";
  EXPECT_EQ(post(Json::object(), Peer{}).status, 200) << "and who needs none goes on";
  restart_at(at(20h));
  world->limit(runs_a_day(2));
  EXPECT_EQ(post().status, 403) << "what was used is known in the next life";
  world->advance_to(at(24h + 1min));
  EXPECT_EQ(post().status, 200);
  world->advance(1min);
  EXPECT_EQ(post().status, 403) << "until the second is a day old";
}

TEST_F(Quotas, AreDurableWithTheRunsThatTakeOfThem) {
  world->limit(runs_a_day(1));
  const auto task = path_of(post({{"start", text_of(at(2h))}}));
  world->advance(1s);
  EXPECT_EQ(world->run_of(task)["state"], "pending");
  restart_at(at(1h));
  world->limit(runs_a_day(1));
  EXPECT_EQ(post().status, 403) << "the run that waits counts";
  world->advance_to(at(3h));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Quotas, AreGivenBackByRunsThatHaveNotRun) {
  world->limit(runs_a_day(1));
  const auto canceled = path_of(post({{"start", text_of(at(2h))}}));
  world->advance(1s);
  EXPECT_EQ(post().status, 403);
  EXPECT_EQ(world->call("DELETE", canceled, {}, kStranger).status, 200);
  const auto missed = path_of(post({{"start", text_of(at(3h))}}));
  world->advance(1s);
  EXPECT_EQ(post().status, 403);
  restart_at(at(4h));
  EXPECT_EQ(world->run_of(missed)["state"], "missed");
  world->limit(runs_a_day(1));
  const auto finished = path_of(post());
  world->advance(1min);
  EXPECT_EQ(world->run_of(finished)["state"], "finished");
  EXPECT_EQ(world->call("DELETE", finished, {}, kStranger).status, 200);
  const auto href = world->run_of(finished)["href"].get<std::string>();
  EXPECT_EQ(world->call("DELETE", href.substr(href.find("/tasks/")), {}, kStranger).status, 200);
  EXPECT_EQ(post().status, 403) << "who removes his result has had it all the same";
}

TEST_F(Quotas, OfATaskThatRepeatsAreCountedRunByRun) {
  world->limit(file({{"per", "address"}, {"period", "PT6H"}, {"time", "PT40S"}}));
  const auto task = path_of(
      post({{"start", text_of(at(30min))}, {"repeat", "PT1H"}, {"max-runs", 12}}, kStranger, "normal", 20));
  world->advance(1s);
  const auto runs = world->runs_of(task);
  ASSERT_EQ(runs.size(), 12U);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const bool has_room = i % 6 < 2;  // two in each six hours
    EXPECT_EQ(runs[i]["state"], has_room ? "pending" : "nonstart") << i;
  }
  EXPECT_THAT(
      runs[2]["errors"].get<std::string>(),
      testing::HasSubstr("has no room for this (PT20S): PT40S of PT40S within PT6H are used; there is "
                         "room at 2030-01-02T18:30:00Z at the earliest"));
  EXPECT_THAT(
      runs[1]["limit-diags"].get<std::string>(),
      testing::HasSubstr("limit 'daily' passed: PT20S of PT40S within PT6H were used by 203.0.113.5"));
}

TEST_F(Quotas, AreNotOverdrawnByRunsThatArePlannedAtTheSameTime) {
  world->limit(runs_a_day(2));
  world->store.hold(RunState::pending);
  std::vector<std::string> tasks;
  for (int i = 0; i < 6; ++i) tasks.push_back(path_of(post({{"start", text_of(at(1h + i * 5min))}})));
  world->settle();
  world->store.release();
  world->advance(1min);
  States states;
  for (const auto& task : tasks) ++states[world->run_of(task)["state"].get<std::string>()];
  EXPECT_EQ(states, (States{{"nonstart", 4}, {"pending", 2}}));
  world->advance_to(at(3h));
  EXPECT_EQ(world->plugins.calls.size(), 4U) << "two runs started and ended";
}

// All of them are judged before the first of them has been.
TEST_F(Quotas, AreNotOverdrawnByRunsThatAreJudgedAtTheSameTime) {
  world->limit(runs_a_day(2));
  std::vector<std::string> tasks;
  for (int i = 0; i < 6; ++i)
    tasks.push_back(path_of(post({{"start", text_of(at(25h))}}, kStranger, "background")));
  world->advance_to(at(30min));
  EXPECT_EQ(world->runs_of(tasks.front()).size(), 0U) << "beyond the horizon so far";
  world->advance_to(at(2h));
  States states;
  for (const auto& task : tasks) ++states[world->run_of(task)["state"].get<std::string>()];
  EXPECT_EQ(states, (States{{"nonstart", 4}, {"pending", 2}}));
}

TEST_F(Quotas, OfRunsThatCouldNotBeStoredAreFreeAgain) {
  world->limit(runs_a_day(1));
  world->store.refuses = [](const ports::Changes& changes) { return !changes.new_runs.empty(); };
  const auto task = path_of(post({{"start", text_of(at(1h))}}));
  world->advance(1min);
  EXPECT_EQ(world->runs_of(task).size(), 0U);
  world->store.refuses = nullptr;
  world->advance(5min);
  EXPECT_EQ(states_of_runs(task), (States{{"pending", 1}}));
}

class NoCharges final : public ports::ChargeStore {
 public:
  ports::AsyncResult<std::vector<Charge>> charges(std::string, Instant, Instant, int) override {
    co_return std::vector<Charge>{};
  }
};

std::vector<Charge> charge_of(std::string account) {
  Charge charge;
  charge.account = std::move(account);
  return {charge};
}

// A decision that has to be made again costs all its look-ups again.
TEST(QuotaBook, MakesThoseDecideAgainWhoTakeFromTheSameAccount) {
  NoCharges store;
  services::QuotaBook book(store);
  const auto before = book.revision();
  const auto hold = book.hold(charge_of("daily 203.0.113.5/32"));
  EXPECT_TRUE(book.taken_from_since(before, charge_of("daily 203.0.113.5/32")));
  EXPECT_FALSE(book.taken_from_since(before, charge_of("daily 198.51.100.7/32")));
  EXPECT_FALSE(book.taken_from_since(before, {}));
  EXPECT_FALSE(book.taken_from_since(book.revision(), charge_of("daily 203.0.113.5/32")));
  for (int i = 0; i < 10'000; ++i) book.hold(charge_of("daily " + std::to_string(i)));
  EXPECT_TRUE(book.taken_from_since(before, charge_of("daily 198.51.100.7/32"))) << "nobody knows any more";
  EXPECT_FALSE(book.taken_from_since(book.revision(), charge_of("daily 198.51.100.7/32")));
}

class MeshQuotas : public MeshTest {};

TEST_F(MeshQuotas, OfAnotherParticipantCountForWhoLeads) {
  const auto limited = file({{"per", "network"}, {"period", "P1D"}, {"runs", 1}});
  auto limits = Json::parse(limited);
  limits["applications"].erase(0);
  mesh["b"].limit(limits.dump());
  const auto first = task("exclusive", {"a", "b"}, {{"start", text_of(at(30min))}});
  mesh.advance_to(at(1h));
  EXPECT_EQ(run("a", first)["state"], "finished");
  const auto second = task("exclusive", {"a", "b"}, {{"start", text_of(at(2h))}});
  mesh.advance_to(at(3h));
  const auto denied = run("a", second);
  EXPECT_EQ(denied["state"], "nonstart");
  EXPECT_THAT(denied["errors"].get<std::string>(), testing::HasSubstr("b.example"));
  EXPECT_THAT(denied["errors"].get<std::string>(), testing::HasSubstr("1 of 1 runs within P1D are used"));
}

}  // namespace
}  // namespace pscheduler::test
