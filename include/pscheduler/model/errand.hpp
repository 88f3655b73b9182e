#pragma once
// Something this node still owes another participant: that a task or a run of it is removed there
// (spec scheduling.md 4.7), or that its lead learns what has become of a run here. Kept until it is done or
// no longer worth it, so that nothing is left behind on a host that could not be reached when it mattered.

#include <optional>
#include <string>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler {

using ErrandId = Id<struct ErrandTag>;

struct Errand {
  ErrandId id;
  std::string host;          // as in the list of participants: host[:port]
  std::string bind_address;  // to call from; empty: any
  TaskId task;
  std::optional<RunId> run;  // absent: the whole task is to be removed
  std::string key;           // of the task; empty if none
  JsonText tells;            // what the lead of the run is told; empty: what this names is to be removed
  Instant added;
  Instant expires;  // no more attempts from then on
  Instant next_attempt;
  int attempts = 0;
  std::string problem;  // why the last attempt failed; empty before
};

}  // namespace pscheduler
