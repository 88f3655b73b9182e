#pragma once
// Where results go: an archiver with its data, and how delivering there has gone (spec scheduling.md 11).

#include <optional>
#include <string>

#include "pscheduler/time/instant.hpp"

namespace pscheduler {

// How an attempt to deliver has ended. `refused`: the destination did not take the result; `unanswered`: it
// told nothing in time; `unsent`: it was not asked.
enum class DeliveryEnd { taken, refused, unanswered, unsent };

struct Destination {
  std::string id;        // as Archiving::destination
  std::string archiver;  // its name
  std::string label;     // of the latest specification that has one; may be empty
  std::string place;     // what a person knows it by; holds no secrets
  std::optional<Instant> last_success;
  std::optional<Instant> last_failure;
  std::string last_error;                // of that, in the words of the archiver
  std::optional<Instant> failing_since;  // the first failure after the last success
  bool reported = false;                 // since then the operator has been told
  Instant seen;                          // the latest attempt
};

}  // namespace pscheduler
