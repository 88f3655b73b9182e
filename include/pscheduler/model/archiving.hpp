#pragma once
// What is to be told one archiver about one run (spec scheduling.md 2.3, 11).

#include <cstdint>
#include <optional>
#include <string>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler {

struct Archiving {
  RunId run;
  TaskId task;
  int index = 0;  // tells it from the others of its run, which are in this order
  std::string archiver;
  // Where it goes: the same for all that have the same archiver and data. 16 hexadecimal digits that tell
  // nothing of the data; given by the store when it is added.
  std::string destination;
  JsonText spec;                   // the whole archive specification, `runs` filled in
  std::optional<Instant> expires;  // no more attempts from then on; absent: never
  int attempts = 0;                // those that have been made
  std::optional<Instant> last_attempt;
  Instant next_attempt;    // not before then
  bool completed = false;  // no more attempts will be made
  bool archived = false;   // the archiver has taken it
  JsonText diags = "[]";   // array, one object per attempt
};

}  // namespace pscheduler
