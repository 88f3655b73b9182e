#pragma once
// The kernel's random numbers, fetched in small batches. Not for use by several threads at once.

#include <array>
#include <cstddef>

#include "pscheduler/ports/random.hpp"

namespace pscheduler::adapters {

class SystemRandom final : public ports::Random {
 public:
  std::uint64_t next() override;

 private:
  // 256 bytes: as many as the kernel gives without being interrupted.
  std::array<std::uint64_t, 32> batch_{};
  std::size_t used_ = 32;
};

}  // namespace pscheduler::adapters
