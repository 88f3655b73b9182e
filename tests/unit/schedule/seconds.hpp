#pragma once
// Short spellings for tests: instants are seconds since noon of 2 January 2030, UTC.

#include <chrono>
#include <cstdint>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::schedule {

inline constexpr Instant kNoon =
    std::chrono::sys_days(std::chrono::year(2030) / 1 / 2) + std::chrono::hours(12);

inline Instant at(double second) {
  return kNoon + std::chrono::round<Duration>(std::chrono::duration<double>(second));
}

inline TimeRange range(int start, int end) {
  return {at(start), at(end)};
}

inline RunId run_id(std::uint32_t number) {
  Uuid::Bytes bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return RunId(Uuid(bytes));
}

}  // namespace pscheduler::schedule
