// The timeline against a model that looks at every run for every second.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "pscheduler/schedule/timeline.hpp"
#include "seconds.hpp"

namespace pscheduler {

// For failure messages.
void showValue(const TimeRange& times, std::ostream& out) {
  out << "[" << (times.start - schedule::kNoon).count() << ", " << (times.end - schedule::kNoon).count()
      << ") us";
}

namespace schedule {
namespace {

using enum SchedulingClass;
using std::chrono::seconds;

constexpr int kLastSecond = 150;

using Priority = std::optional<std::int64_t>;

class Model {
 public:
  void insert(const Occupation& run) { runs_.emplace(run.run, run); }
  void erase(const RunId& run) { runs_.erase(run); }
  void make_firm(const RunId& run) {
    if (const auto found = runs_.find(run); found != runs_.end()) found->second.firm = true;
  }

  [[nodiscard]] const std::map<RunId, Occupation>& runs() const { return runs_; }

  // Written out once more rather than taken from the table of rules.
  static bool stands(const Occupation& run, SchedulingClass newcomer, Priority displacing) {
    if (newcomer == normal && run.scheduling_class == normal) return false;
    return !displacing || run.firm || run.priority >= *displacing;
  }

  [[nodiscard]] bool is_free(SchedulingClass newcomer, const TimeRange& times, Priority displacing) const {
    return std::none_of(runs_.begin(), runs_.end(), [&](const auto& entry) {
      return entry.second.times.overlaps(times) && stands(entry.second, newcomer, displacing);
    });
  }

  static Priority priority_of(const SlotRequest& request) {
    return request.displacing ? Priority(request.displacing->priority) : Priority();
  }

  [[nodiscard]] std::optional<TimeRange> find_slot(const SlotRequest& request) const {
    for (Instant start = request.earliest; start <= request.latest_start; start += seconds(1)) {
      const TimeRange slot{start, start + request.length};
      if (is_free(request.scheduling_class, slot, priority_of(request))) return slot;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<TimeRange> gaps(SchedulingClass newcomer, const TimeRange& window,
                                            Duration min_length, Priority displacing) const {
    std::vector<TimeRange> gaps;
    for (Instant second = window.start; second < window.end; second += seconds(1)) {
      if (!is_free(newcomer, {second, second + seconds(1)}, displacing)) continue;
      if (gaps.empty() || gaps.back().end != second) gaps.push_back({second, second});
      gaps.back().end = second + seconds(1);
    }
    std::erase_if(gaps, [&](const TimeRange& gap) { return gap.length() < min_length; });
    return gaps;
  }

  // Those that overlap, by start, and either stand or give way.
  [[nodiscard]] std::vector<RunId> overlapping(SchedulingClass newcomer, const TimeRange& times,
                                               Priority displacing, bool that_stand) const {
    std::vector<std::pair<Instant, RunId>> found;
    for (const auto& [id, run] : runs_) {
      const bool meets = run.times.overlaps(times) && stands(run, newcomer, std::nullopt);
      if (meets && stands(run, newcomer, displacing) == that_stand) found.emplace_back(run.times.start, id);
    }
    std::sort(found.begin(), found.end());
    std::vector<RunId> ids;
    for (const auto& [start, id] : found) ids.push_back(id);
    return ids;
  }

 private:
  std::map<RunId, Occupation> runs_;
};

template <class Random>
int draw(Random& random, int low, int high) {  // both included
  return std::uniform_int_distribution<int>(low, high)(random);
}

template <class Random>
Occupation any_run(Random& random, std::uint32_t number) {
  const int start = draw(random, 0, kLastSecond - 30);
  return {run_id(number), draw(random, 0, 1) == 0 ? normal : exclusive,
          range(start, start + (draw(random, 0, 9) == 0 ? draw(random, 20, 90) : draw(random, 1, 6))),
          draw(random, -2, 2), draw(random, 0, 9) == 0};
}

// Does the same to both, `steps` times.
template <class Random>
void live(Timeline& timeline, Model& model, Random& random, int steps) {
  for (int i = 0; i < steps; ++i) {
    const auto number = static_cast<std::uint32_t>(draw(random, 1, 40));
    switch (draw(random, 0, 4)) {
      case 0:
        timeline.erase(run_id(number));
        model.erase(run_id(number));
        break;
      case 1:
        timeline.make_firm(run_id(number));
        model.make_firm(run_id(number));
        break;
      default: {
        const Occupation run = any_run(random, number);
        RC_ASSERT(timeline.insert(run) == !model.runs().contains(run.run));
        model.insert(run);
      }
    }
  }
}

std::vector<RunId> ids_of(const std::vector<Occupation>& occupations) {
  std::vector<RunId> ids;
  for (const auto& occupation : occupations) ids.push_back(occupation.run);
  return ids;
}

template <class Random>
void compare(const Timeline& timeline, const Model& model, Random& random) {
  RC_ASSERT(timeline.size() == model.runs().size());
  const auto newcomer = draw(random, 0, 1) == 0 ? normal : exclusive;
  const Priority displacing = draw(random, 0, 1) == 0 ? Priority() : Priority(draw(random, -2, 3));
  const int from = draw(random, -5, kLastSecond);
  const int length = draw(random, 1, 12);
  const SlotRequest request{newcomer, at(from), at(from + draw(random, 0, kLastSecond)), seconds(length),
                            displacing};
  RC_ASSERT(timeline.find_slot(request) == model.find_slot(request));
  const TimeRange window = range(from, from + draw(random, 1, kLastSecond));
  RC_ASSERT(timeline.gaps(newcomer, window, seconds(length), displacing) ==
            model.gaps(newcomer, window, seconds(length), displacing));
  const auto conflict = timeline.first_conflict(newcomer, window, displacing);
  const auto conflicts = model.overlapping(newcomer, window, displacing, true);
  RC_ASSERT(conflict.has_value() == !conflicts.empty());
  if (conflict) RC_ASSERT(conflict->run == conflicts.front());
  if (displacing) {
    RC_ASSERT(ids_of(timeline.displaced_by(newcomer, window, *displacing)) ==
              model.overlapping(newcomer, window, displacing, false));
  }
}

std::mt19937 any_random() {
  return std::mt19937(*rc::gen::arbitrary<unsigned>());
}

RC_GTEST_PROP(TimelineProperty, AnswersAreThoseOfTheModel, ()) {
  auto random = any_random();
  Timeline timeline;
  Model model;
  live(timeline, model, random, *rc::gen::inRange(0, 80));
  for (int i = 0; i < 5; ++i) compare(timeline, model, random);
}

RC_GTEST_PROP(TimelineProperty, WhatIsLeftOfAHistoryIsAllThatCounts, ()) {
  auto random = any_random();
  Timeline timeline;
  Model model;
  live(timeline, model, random, 60);
  std::vector<Occupation> left;
  for (const auto& [id, run] : model.runs()) left.push_back(run);
  std::shuffle(left.begin(), left.end(), random);
  Timeline replayed;
  for (const auto& run : left) replayed.insert(run);
  for (const auto newcomer : {normal, exclusive}) {
    for (const Priority displacing : {Priority(), Priority(0), Priority(9)}) {
      RC_ASSERT(timeline.gaps(newcomer, range(-10, 300), seconds(1), displacing) ==
                replayed.gaps(newcomer, range(-10, 300), seconds(1), displacing));
    }
  }
}

struct Planned {
  bool placed = false;
  std::vector<Occupation> displaced;
};

// As a node plans: first beside all others, then in the place of lower priorities.
Planned plan(Timeline& timeline, const Occupation& wanted, Duration slip) {
  Planned planned;
  SlotRequest request{wanted.scheduling_class, wanted.times.start, wanted.times.start + slip,
                      wanted.times.length()};
  auto slot = timeline.find_slot(request);
  if (!slot) {
    request.displacing = wanted.priority;
    slot = timeline.find_slot(request);
    if (!slot) return planned;
    planned.displaced = timeline.displaced_by(wanted.scheduling_class, *slot, wanted.priority);
    for (const auto& loser : planned.displaced) timeline.erase(loser.run);
  }
  Occupation run = wanted;
  run.times = *slot;
  planned.placed = timeline.insert(run);
  return planned;
}

RC_GTEST_PROP(TimelineProperty, NoTwoRunsOverlapThatMayNotAndNoPriorityLosesToALowerOne, ()) {
  auto random = any_random();
  Timeline timeline;
  Model model;
  for (std::uint32_t i = 1; i <= 60; ++i) {
    const Occupation wanted = any_run(random, i);
    const Duration slip = seconds(draw(random, 0, 20));
    const auto planned = plan(timeline, wanted, slip);
    for (const auto& loser : planned.displaced) {
      RC_ASSERT(loser.priority < wanted.priority);
      RC_ASSERT(!loser.firm);
      model.erase(loser.run);
    }
    if (planned.placed) {
      model.insert(*timeline.find(wanted.run));
      continue;
    }
    // Whoever finds no room is kept out, wherever it might start, by one that need not give way.
    for (Instant start = wanted.times.start; start <= wanted.times.start + slip; start += seconds(1)) {
      RC_ASSERT(
          !model.is_free(wanted.scheduling_class, {start, start + wanted.times.length()}, wanted.priority));
    }
  }
  for (const auto& [id, run] : model.runs()) {
    RC_ASSERT(timeline.find(id).has_value());
    for (const auto& [other_id, other] : model.runs()) {
      const bool both_normal = run.scheduling_class == normal && other.scheduling_class == normal;
      RC_ASSERT(id == other_id || both_normal || !run.times.overlaps(other.times));
    }
  }
}

// Deep enough for every path through the tree.
TEST(Timeline, ThousandsOfRunsLeaveTheRoomTheyShould) {
  constexpr std::uint32_t kRuns = 4000;
  std::mt19937 random(7);
  std::vector<std::uint32_t> order(kRuns);
  for (std::uint32_t i = 0; i < kRuns; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);
  Timeline timeline;
  // Back to back, with a pause of n seconds after every run whose number is 1000 n.
  const auto start_of = [](std::uint32_t n) {
    return static_cast<int>(10 * n + (n > 1000) + 2 * (n > 2000) + 3 * (n > 3000));
  };
  for (const auto n : order) {
    const int start = start_of(n);
    timeline.insert({run_id(n), n % 3 == 0 ? normal : exclusive, range(start, start + 10)});
  }
  const auto slot_of = [&](int length) {
    return timeline.find_slot({exclusive, at(0), at(99'999), seconds(length)});
  };
  EXPECT_EQ(slot_of(1)->start, at(10'010));
  EXPECT_EQ(slot_of(2)->start, at(20'011));
  EXPECT_EQ(slot_of(3)->start, at(30'013));
  EXPECT_EQ(slot_of(4)->start, at(40'006));
  EXPECT_FALSE(timeline.find_slot({exclusive, at(0), at(40'005), seconds(4)}));
  timeline.erase(run_id(500));
  EXPECT_EQ(slot_of(10)->start, at(5000));
  EXPECT_EQ(timeline.gaps(exclusive, range(0, 50'000), seconds(1)).size(), 5u);
  for (const auto n : order) timeline.erase(run_id(n));
  EXPECT_EQ(timeline.size(), 0u);
  EXPECT_EQ(slot_of(10)->start, at(0));
}

}  // namespace
}  // namespace schedule
}  // namespace pscheduler
