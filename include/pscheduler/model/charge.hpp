#pragma once
// What a run takes of a quota: an entry in the account of whoever it is for.

#include <cstdint>
#include <string>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler {

struct Charge {
  std::string account;  // the quota and whose it is: "daily 203.0.113.0/24"
  RunId run;
  Instant start;           // of the run
  Duration time{};         // on the schedule
  std::int64_t bytes = 0;  // that it may move
  Instant added;
  Instant forgotten;  // it counts for nobody any more
};

}  // namespace pscheduler
