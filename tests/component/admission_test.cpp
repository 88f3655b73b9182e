// What a node does when it has as much to do as it takes on: more is refused with the cap and the remedy, and
// what it has goes on.

#include "component/archiving.hpp"

namespace pscheduler::test {
namespace {

class Admissions : public ArchivingOfResults {
 protected:
  Answer ask(const Json& schedule, const Json& more = Json::object()) {
    Json task = {
        {"schema", 5}, {"test", {{"type", "normal"}, {"spec", {{"seconds", 5}}}}}, {"schedule", schedule}};
    task.update(more);
    return world->call("POST", "/tasks", task.dump());
  }
  Json load() { return world->get("/status").json().at("load"); }
};

TEST_F(Admissions, TakesOnNoMoreTasksThanTheCap) {
  start({.caps = {.tasks_max = 2}});
  const auto once = world->post_task("normal", 5, {{"start", text_of(at(10min))}});
  const auto repeating = world->post_task("normal", 5, {{"start", text_of(at(1h))}, {"repeat", "PT1H"}});
  EXPECT_EQ(load()["tasks"], (Json{{"now", 2}, {"max", 2}}));
  const auto refused = ask(Json::object());
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(
      refused.body,
      "This node has 2 tasks to do, and takes on no more than 2 at once (max-tasks); cancel some, or try "
      "again later.\n");
  auto document = Json::parse(world->get(repeating).body);
  document["participants"] = {"lead.example", "node.example"};
  const auto as_participant =
      world->call("POST", "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e?participant=1", document.dump());
  EXPECT_EQ(as_participant.status, 503) << as_participant.body;
  world->advance_to(at(11min));
  EXPECT_EQ(world->run_of(once)["state"], "finished") << "what it has goes on";
  EXPECT_EQ(load()["tasks"]["now"], 1);
  EXPECT_EQ(ask({{"start", text_of(at(2h))}}).status, 200);
  EXPECT_EQ(ask({{"start", text_of(at(3h))}}).status, 503);
  EXPECT_EQ(world->call("DELETE", repeating).status, 200);
  EXPECT_EQ(ask({{"start", text_of(at(3h))}}).status, 200);
}

TEST_F(Admissions, CountsTasksOfAnEarlierLife) {
  const auto task = world->post_task("normal", 5, {{"start", text_of(at(1h))}, {"repeat", "PT1H"}});
  world->advance(1s);
  world->crash();
  start({.start = at(1min), .caps = {.tasks_max = 1}});
  EXPECT_EQ(ask(Json::object()).status, 503);
  world->advance_to(at(61min));
  EXPECT_EQ(world->run_of(task)["state"], "finished");
}

TEST_F(Admissions, TakesNoTasksWithArchivesWhileTooManyResultsWait) {
  start({.caps = {.archivings_max = 2}});
  world->plugins.on_archive = [](const ArchiverCall&) -> Result<ArchiverReply> {
    return again_after(10min, "PT10M");
  };
  const auto task = post({shelf(), drawer()});
  world->advance_to(at(1min));
  EXPECT_EQ(load()["archivings"], (Json{{"now", 2}, {"max", 2}}));
  const Json archived = {{"archives", Json::array({shelf()})}};
  const auto refused = ask(Json::object(), archived);
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(
      refused.body,
      "On this node 2 results wait to be archived, and it takes on no more tasks with archives from 2 on "
      "(max-archivings); leave out the archives, or try again later.\n");
  EXPECT_EQ(ask(Json::object()).status, 200) << "others are welcome";
  auto document = Json::parse(world->get(task).body);
  document["participants"] = {"lead.example", "node.example"};
  const auto as_participant =
      world->call("POST", "/tasks/0b9a0a4e-7c55-4d8b-9a2f-3f1f5b1c2d3e?participant=1", document.dump());
  EXPECT_EQ(as_participant.status, 200) << "its lead delivers: " << as_participant.body;
  world->plugins.on_archive = [](const ArchiverCall&) -> Result<ArchiverReply> { return success(); };
  world->advance_to(at(11min));
  EXPECT_EQ(archiving_of(task)["archived"], true);
  EXPECT_EQ(load()["archivings"]["now"], 0);
  EXPECT_EQ(ask(Json::object(), archived).status, 200);
}

}  // namespace
}  // namespace pscheduler::test
