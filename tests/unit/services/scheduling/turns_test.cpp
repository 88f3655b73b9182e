// Who has his turn among tasks that meet again and again.

#include "services/scheduling/turns.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace pscheduler::services {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNoon = std::chrono::sys_days(std::chrono::year(2030) / 1 / 2) + 12h;

std::vector<TaskId> tasks(int count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<TaskId> made;
  for (int i = 0; i < count; ++i) {
    Uuid::Bytes bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    made.emplace_back(Uuid::from_random(bytes));
  }
  return made;
}

Task repeating() {
  Task task;
  task.id = tasks(1, 1).front();
  task.scheduling_class = SchedulingClass::exclusive;
  task.participants = {"a.example", "c.example"};
  task.schedule.repeat = 60s;
  task.added = kNoon - 1h;
  return task;
}

TEST(Turns, EachOfAnyNumberOfTasksGoesFirstAboutAsOften) {
  constexpr int kAttempts = 300;
  for (const int count : {2, 3, 5}) {
    const auto all = tasks(count, static_cast<std::uint32_t>(count));
    std::vector<int> first(all.size());
    for (int i = 0; i < kAttempts; ++i) {
      const Instant nominal = kNoon + i * 5s;
      const auto winner = std::min_element(all.begin(), all.end(), [&](TaskId one, TaskId other) {
        return lot_of(one, nominal) < lot_of(other, nominal);
      });
      ++first[static_cast<std::size_t>(winner - all.begin())];
    }
    for (const int times : first) {
      EXPECT_GT(times, kAttempts * 8 / 10 / count) << count << " tasks";
      EXPECT_LT(times, kAttempts * 12 / 10 / count) << count << " tasks";
    }
  }
}

// Nodes of different versions have to come to the same.
TEST(Turns, LotsAreTheSameOnAllNodes) {
  const auto task = *TaskId::parse("11111111-2222-4333-8444-555555555555");
  EXPECT_EQ(lot_of(task, kNoon), 0x38b0c51ed6097984U);
  EXPECT_NE(lot_of(task, kNoon + 1us), lot_of(task, kNoon));
}

TEST(Turns, AreTakenByTasksOfSeveralHostsThatRepeat) {
  const auto takes_turns = [](const Task& task) {
    pscheduler::Run attempt;
    attempt.nominal_start = kNoon;
    return turn_of(task, attempt).has_value() && displacing_of(task, kNoon, kNoon).turn.has_value();
  };
  EXPECT_TRUE(takes_turns(repeating()));
  auto once = repeating();
  once.schedule.repeat.reset();
  EXPECT_FALSE(takes_turns(once));
  auto alone = repeating();
  alone.participants.pop_back();
  EXPECT_FALSE(takes_turns(alone));
  auto background = repeating();
  background.scheduling_class = SchedulingClass::background;
  EXPECT_FALSE(takes_turns(background));
  EXPECT_FALSE(turn_of(repeating(), pscheduler::Run{})) << "whose lead is of another kind";
}

TEST(Turns, LeaveTimeToTellTheOthers) {
  EXPECT_GE(displacing_of(repeating(), kNoon, kNoon).not_before, kNoon + 5s);
}

}  // namespace
}  // namespace pscheduler::services
