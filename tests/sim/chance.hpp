#pragma once
// What a simulation leaves to chance: the same seed gives the same decisions on every machine.

#include <array>
#include <cstdint>
#include <random>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::sim {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t next() { return engine_(); }
  // In [0, bound).
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  // Both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least) + 1));
  }
  Duration between(Duration least, Duration most) { return Duration(between(least.count(), most.count())); }

  template <class T, std::size_t N>
  const T& pick(const std::array<T, N>& choices) {
    return choices[below(N)];
  }

 private:
  std::mt19937_64 engine_;  // the standard says what it draws, unlike distributions
};

}  // namespace pscheduler::sim
