#pragma once
// What quotas ask of the store. Charges are stored and removed with the runs they are for (Changes).

#include <string>
#include <vector>

#include "pscheduler/model/charge.hpp"
#include "pscheduler/ports/async.hpp"

namespace pscheduler::ports {

// More are not read at once; each takes some 150 bytes.
inline constexpr int kChargesReadMax = 20'000;

class ChargeStore {
 public:
  virtual ~ChargeStore() = default;

  // The charges of an account for runs that start after `after` and before `before`, by start; the first
  // `count_max` of them. invalid_argument: count_max is not from 1 to kChargesReadMax.
  virtual AsyncResult<std::vector<Charge>> charges(std::string account, Instant after, Instant before,
                                                   int count_max) = 0;
};

}  // namespace pscheduler::ports
