#pragma once
// What the lists of the store in memory have in common.

#include <algorithm>
#include <cstddef>
#include <optional>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::test {

template <class Rows>
void keep_first(Rows& rows, std::size_t count) {
  if (rows.size() > count) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(count), rows.end());
}

inline void note_earliest(Instant at, std::optional<Instant>& earliest) {
  earliest = earliest ? std::min(*earliest, at) : at;
}

}  // namespace pscheduler::test
