#include "pscheduler/adapters/system/system_random.hpp"

#include <sys/random.h>

#include <cstdlib>
#include <utility>

namespace pscheduler::adapters {

std::uint64_t SystemRandom::next() {
  if (used_ == batch_.size()) {
    // It cannot fail on a kernel that has it; going on without chance would give away keys.
    if (::getrandom(batch_.data(), sizeof batch_, 0) != sizeof batch_) std::abort();
    used_ = 0;
  }
  return std::exchange(batch_[used_++], 0);  // what has been given out is not kept
}

}  // namespace pscheduler::adapters
