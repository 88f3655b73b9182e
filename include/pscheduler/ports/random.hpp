#pragma once
// Chance. The real one is unpredictable to outsiders (keys come from it); the simulated one is seeded.

#include <cstdint>
#include <string>

#include "pscheduler/base/uuid.hpp"

namespace pscheduler::ports {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
};

// Uniform in [0, bound); bound > 0.
std::uint64_t uniform(Random& random, std::uint64_t bound);

Uuid new_uuid(Random& random);

// `length` characters of A-Za-z0-9.
std::string new_key(Random& random, std::size_t length);

}  // namespace pscheduler::ports
