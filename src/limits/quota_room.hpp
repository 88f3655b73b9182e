#pragma once
// What is left of a quota.

#include <cstdint>
#include <optional>
#include <vector>

#include "pscheduler/limits/limit_types.hpp"
#include "pscheduler/model/charge.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::limits {

struct Amount {
  std::int64_t runs = 0;
  Duration time{};
  std::int64_t bytes = 0;
};

// Whether an account with this much on it is within the quota.
bool is_within(const QuotaLimit& quota, const Amount& amount);

struct QuotaRoom {
  Amount used;      // the most within any one period to which a run that starts then would add
  Instant free_at;  // the first start from there on that has room
};

// For a run that would start at `start` and take `wanted`, which is within the quota by itself. A charge
// counts in each period [t, t + length) in which its run starts, so that not only what was before the run is
// looked at but also what has been planned behind it. `charges` are those of runs that start between
// `start` - period and `start` + period, both excluded; what is further on may make it later than free_at.
QuotaRoom room_for(const QuotaLimit& quota, const std::vector<Charge>& charges, const Amount& wanted,
                   Instant start);

}  // namespace pscheduler::limits
