// What is kept when somebody sets the clock of a node far forward.

#include "component/world.hpp"

namespace pscheduler::test {
namespace {

class ClockSet : public WorldTest {};

TEST_F(ClockSet, ARunIsKeptWhileItsToolWorksThoughItsSlotIsLongOver) {
  start({.keep = 20min});
  const auto task = world->post_task("exclusive", 1800);
  world->advance_to(at(5min));
  ASSERT_EQ(world->run_of(task)["state"], "running");
  world->clock.step(3h);
  world->advance(10min);
  EXPECT_EQ(world->run_of(task)["state"], "running");
  world->advance(20min);
  EXPECT_EQ(world->run_of(task)["state"], "finished");
  EXPECT_EQ(world->log.count("RUN_STATE_REFUSED"), 0);
}

TEST_F(ClockSet, ARunWhoseTimeWasSkippedIsMissedBeforeItIsOld) {
  start({.keep = 20min});
  const auto task = world->post_task("exclusive", 60, {{"start", "2030-01-02T12:10:00Z"}});
  world->clock.step(3h);
  world->advance(1s);
  EXPECT_EQ(world->log.count("RUN_MISSED"), 1);
  EXPECT_EQ(world->log.count("RUN_STATE_REFUSED"), 0);
}

TEST_F(ClockSet, TheNextRunWaitsForAToolThatHasTheRestOfItsTimeStillToCome) {
  const auto first = world->post_task("exclusive", 300, {{"start", "2030-01-02T12:30:00Z"}});
  const auto second = world->post_task("exclusive", 60, {{"start", "2030-01-02T12:35:00Z"}});
  world->advance_to(at(32min));
  world->clock.step(20s);
  world->advance_to(at(40min));
  EXPECT_EQ(world->plugins.running_most, 1);
  EXPECT_EQ(world->plugins.calls.at(2).at, at(35min + 19s));
  EXPECT_EQ(world->run_of(first)["state"], "finished");
  EXPECT_EQ(world->run_of(second)["state"], "finished");
}

TEST_F(ClockSet, ARunWhoseSlotPassesWhileItWaitsForAToolIsMissed) {
  world->post_task("exclusive", 300, {{"start", "2030-01-02T12:30:00Z"}});
  const auto second = world->post_task("exclusive", 10, {{"start", "2030-01-02T12:35:00Z"}});
  world->advance_to(at(32min));
  world->clock.step(20s);
  world->advance_to(at(40min));
  EXPECT_EQ(world->plugins.running_most, 1);
  const auto run = world->run_of(second);
  EXPECT_EQ(run["state"], "missed");
  EXPECT_EQ(run["errors"], "Not started: the tool of an earlier run had not ended.");
}

TEST_F(ClockSet, NoToolIsDisturbedByARunThatWasSetBackToBeforeIt) {
  const auto first = world->post_task("exclusive", 300, {{"start", "2030-01-02T12:30:00Z"}});
  world->advance_to(at(31min));
  ASSERT_EQ(world->run_of(first)["state"], "running");
  world->clock.step(-20min);
  const auto second = world->post_task("exclusive", 10);
  world->advance(1min);
  EXPECT_EQ(world->plugins.running_most, 1);
  EXPECT_EQ(world->run_of(second)["state"], "missed");
  world->advance(5min);
  EXPECT_EQ(world->run_of(first)["state"], "finished");
}

}  // namespace
}  // namespace pscheduler::test
