#include "sim_mesh/scenes.hpp"

#include <chrono>
#include <cstdio>

#include "sim_mesh/contention.hpp"
#include "sim_mesh/dead_node.hpp"
#include "sim_mesh/killing.hpp"
#include "sim_mesh/report.hpp"

namespace pscheduler::sim_mesh {

using namespace std::chrono_literals;

namespace {

using Number = unsigned long long;
using Watch = std::chrono::steady_clock;

double milliseconds(Duration length) {
  return std::chrono::duration<double, std::milli>(length).count();
}

double seconds_since(Watch::time_point begun) {
  return std::chrono::duration<double>(Watch::now() - begun).count();
}

bool holds(const std::optional<Violation>& violation) {
  if (violation) std::printf("%s\n", describe(*violation).c_str());
  return !violation;
}

void print(const char* name, const DeadNodeOutcome& outcome) {
  const auto runs = static_cast<double>(outcome.runs);
  std::printf(
      "%s: %llu runs of the living (%llu not measured), late by %.3f ms (at most %.3f), over %.3f ms after "
      "their slots (at most %.3f), new tasks answered within %.1f ms, %llu calls; %llu calls to the dead, "
      "%llu runs with it ended with a reason\n",
      name, static_cast<Number>(outcome.runs), static_cast<Number>(outcome.not_finished),
      milliseconds(outcome.late_in_all) / runs, milliseconds(outcome.late_most),
      milliseconds(outcome.end_in_all) / runs, milliseconds(outcome.end_most),
      milliseconds(outcome.new_task_most), static_cast<Number>(outcome.calls),
      static_cast<Number>(outcome.calls_to_the_dead), static_cast<Number>(outcome.runs_of_the_dead));
}

// Every kind of step, for that long.
int kill_at_each_step(KillingOptions options, int& stories) {
  options.step.reset();
  const auto undisturbed = kill_at(options);
  int bad = 0;
  for (const auto kind : {Step::Kind::before_message, Step::Kind::after_message, Step::Kind::commit_is_lost,
                          Step::Kind::commit_is_durable}) {
    const bool is_message = kind == Step::Kind::before_message || kind == Step::Kind::after_message;
    const int count = is_message ? undisturbed.messages : undisturbed.commits;
    for (int number = 0; number < count; ++number, ++stories) {
      options.step = Step{kind, number};
      const auto wrong = judge(options, kill_at(options));
      if (wrong.empty()) continue;
      ++bad;
      std::printf("%s: %s\n", describe(options).c_str(), wrong.c_str());
    }
  }
  return bad;
}

}  // namespace

bool show_contention() {
  bool good = true;
  for (const auto& [leads, room] : {std::pair(2, true), {2, false}, {3, false}}) {
    const auto begun = Watch::now();
    const auto outcome = contend({.seed = 1, .leads = leads, .runs = 1000, .room_for_all = room});
    std::printf("1,000 runs of each of %d leads, with room for %s:\n", leads, room ? "all" : "one");
    for (const auto& lead : outcome.leads) {
      std::printf("  %d measured, at most %.3f s late; %d not, and the host without time is named\n",
                  lead.finished, milliseconds(lead.latest) / 1000, lead.explained);
      good = good && lead.finished + lead.explained == 1000;
    }
    std::printf("  %llu calls, %.1f s\n", static_cast<Number>(outcome.calls), seconds_since(begun));
    good = holds(outcome.violation) && outcome.is_fair() && good;
  }
  return good;
}

bool show_dead_node() {
  const auto begun = Watch::now();
  DeadNodeOptions options;
  const auto with = live_on(options);
  options.one_is_dead = false;
  const auto without = live_on(options);
  print("With a node that is dead", with);
  print("Without that node", without);
  std::printf("%.1f s\n", seconds_since(begun));
  return holds(with.violation) && holds(without.violation) && with.not_finished == 0;
}

bool show_killing() {
  const auto begun = Watch::now();
  int stories = 0;
  int bad = 0;
  for (const auto* victim : {"a", "b", "c"}) {
    for (const bool silent : {false, true}) {
      for (const Duration gone_for : {2s, 15s, 70s}) {
        bad += kill_at_each_step({.victim = victim, .silent = silent, .gone_for = gone_for}, stories);
      }
    }
  }
  std::printf("%d stories in which a node dies, %d of them bad, %.1f s\n", stories, bad,
              seconds_since(begun));
  return bad == 0;
}

}  // namespace pscheduler::sim_mesh
