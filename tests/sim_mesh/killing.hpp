#pragma once
// The story of one measurement, from its POST to its result, in which one of its nodes dies at one step.

#include <optional>
#include <string>

#include "sim_mesh/rules.hpp"

namespace pscheduler::sim_mesh {

struct Step {
  enum class Kind { before_message, after_message, commit_is_lost, commit_is_durable };
  Kind kind = Kind::before_message;
  int number = 0;  // of such steps on the one who dies
};

struct KillingOptions {
  std::uint64_t seed = 1;
  std::string victim = "b";       // "a" leads
  std::optional<Step> step = {};  // none: nobody dies
  bool silent = false;            // its host answers nothing while it is off, else refuses at once
  Duration gone_for = std::chrono::seconds(20);
};

struct KillingOutcome {
  bool died = false;
  int status = 0;       // of the answer to the one who posted; 0: the lead was gone
  std::string state;    // of the last run on the lead; empty if there is none
  std::string problem;  // what the user is told is wrong: of the refusal or of the run
  std::optional<Violation> violation;
  // Of a story in which nobody dies: how many steps the victim has.
  int messages = 0;
  int commits = 0;
};

KillingOutcome kill_at(const KillingOptions& options);

// "b dies at its commit 3, which is lost", for reports.
std::string describe(const KillingOptions& options);

// What is wrong with the outcome; empty when the user reads who failed and how, and nothing is left behind.
std::string judge(const KillingOptions& options, const KillingOutcome& outcome);

}  // namespace pscheduler::sim_mesh
