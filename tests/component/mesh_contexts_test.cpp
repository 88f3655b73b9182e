// Contexts of tasks with several participants: a list for each, judged by all.

#include "component/creating.hpp"

namespace pscheduler::test {
namespace {

using testing::HasSubstr;

using ContextsOfSeveral = Creating;

Json room(const Json& more = Json::object()) {
  Json data = {{"good", true}};
  data.update(more);
  return {{"context", "room"}, {"data", data}};
}

Json with(const std::vector<std::vector<Json>>& lists) {
  return {{"schema", 2}, {"contexts", {{"contexts", lists}}}};
}

TEST_F(ContextsOfSeveral, AreAListForEachParticipant) {
  for (const auto& lists : std::vector<std::vector<std::vector<Json>>>{{{}, {}}, {{}, {}, {}, {}}}) {
    const auto answer = post(task(with(lists)));
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("one list per participant, 3, not " + std::to_string(lists.size())));
  }
  EXPECT_EQ(post(task(with({{}, {room()}, {room(), room()}}))).status, 200);
}

TEST_F(ContextsOfSeveral, AreJudgedByAllParticipants) {
  mesh["c"].plugins.before_answer = [](const std::string& method) -> ports::AsyncResult<void> {
    if (method == "data-is-valid") co_return fail(Errc::invalid_argument, "there is no such room");
    co_return Result<void>{};
  };
  const auto answer = post(task(with({{room()}, {}, {}})));
  EXPECT_EQ(answer.status, 422) << "though it is none of its own";
  EXPECT_THAT(answer.body, HasSubstr("c.example"));
  EXPECT_THAT(answer.body, HasSubstr("there is no such room"));
  mesh["c"].plugins.before_answer = nullptr;
  expect_nothing_left();
}

TEST_F(ContextsOfSeveral, AreGivenToTheToolOfTheParticipantTheyAreFor) {
  std::map<std::string, Json> given;
  for (const std::string name : {"a", "b", "c"}) {
    mesh[name].plugins.script_for = [&given, name](const services::ToolRun& run) {
      given[name] = run.contexts ? *run.contexts : Json();
      return ToolScript{};
    };
  }
  Json members = with({{}, {room({{"n", 1}}), room({{"n", 2}})}, {room({{"n", 3}})}});
  members["schedule"] = Json::object();
  ASSERT_EQ(post(task(members)).status, 200);
  mesh.advance(1min);
  EXPECT_EQ(given["a"], Json::array());
  EXPECT_EQ(given["b"], (Json{room({{"n", 1}}), room({{"n", 2}})}));
  EXPECT_EQ(given["c"], Json::array({room({{"n", 3}})}));
}

}  // namespace
}  // namespace pscheduler::test
