#pragma once
// The connections that an archiver keeps open for its next results.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <utility>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// `Way` is what of a record decides whether a connection may be used for it.
template <class Way, class Connection>
class KeptConnections {
 public:
  using Clock = std::chrono::steady_clock;

  struct Entry {
    Way way;
    Connection connection;
    Clock::time_point opened = Clock::now();
  };

  // Takes out one that goes this way, so that it is closed unless it is put back. One of that age or older is
  // closed at once.
  std::optional<Entry> take(const Way& way, Duration age_max) {
    const auto found = std::ranges::find(entries_, way, &Entry::way);
    if (found == entries_.end()) return std::nullopt;
    std::optional<Entry> taken(std::move(*found));
    entries_.erase(found);
    if (std::chrono::floor<Duration>(Clock::now() - taken->opened) >= age_max) taken.reset();
    return taken;
  }

  // Closes the one that has not been used for longest when there are too many.
  void put_back(Entry entry) {
    entries_.push_front(std::move(entry));
    if (entries_.size() > kCountMax) entries_.pop_back();
  }

 private:
  static constexpr std::size_t kCountMax = 4;  // servers have few to give, and few ways are used at a time

  std::list<Entry> entries_;  // the most recently used one is first
};

}  // namespace pscheduler::plugins
