// What the store in memory tells of archivings and where they go.

#include <algorithm>
#include <map>

#include "memory_store/memory_store.hpp"
#include "memory_store/rows.hpp"

namespace pscheduler::test {

ports::AsyncResult<std::vector<Archiving>> MemoryStore::archivings(RunId run) {
  const auto* found = find(run);
  auto archivings = found ? found->archivings : std::vector<Archiving>();
  std::sort(archivings.begin(), archivings.end(),
            [](const Archiving& a, const Archiving& b) { return a.index < b.index; });
  co_return archivings;
}

ports::AsyncResult<std::vector<ports::WaitingDestination>> MemoryStore::waiting_destinations() {
  std::map<std::string, ports::WaitingDestination> first;
  for (const auto& [number, row] : runs_) {
    for (const auto& each : row.archivings) {
      if (each.completed) continue;
      const ports::WaitingDestination one{each.destination, each.archiver, each.next_attempt};
      auto& kept = first.try_emplace(each.destination, one).first->second;
      kept.next_attempt = std::min(kept.next_attempt, each.next_attempt);
    }
  }
  std::vector<ports::WaitingDestination> found;
  for (auto& [destination, one] : first) found.push_back(std::move(one));
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.next_attempt < b.next_attempt; });
  co_return found;
}

// Those that are open and for which `instant` gives one that has come, by it; and the next to come.
template <class Condition, class InstantOf>
ports::ArchivingPage MemoryStore::open_archivings(Instant now, int count_max, Condition condition,
                                                  InstantOf instant) const {
  ports::ArchivingPage page;
  for (const auto& [number, row] : runs_) {
    for (const auto& each : row.archivings) {
      const std::optional<Instant> at = instant(each);
      if (each.completed || !at) continue;
      if (*at > now) {
        if (condition(each, true)) note_earliest(*at, page.next);
      } else if (condition(each, false)) {
        page.archivings.push_back(each);
      }
    }
  }
  std::stable_sort(page.archivings.begin(), page.archivings.end(),
                   [&](const auto& a, const auto& b) { return instant(a) < instant(b); });
  keep_first(page.archivings, static_cast<std::size_t>(count_max));
  return page;
}

ports::AsyncResult<ports::ArchivingPage> MemoryStore::due_archivings(std::string destination, Instant now,
                                                                     int count_max) {
  co_return open_archivings(
      now, count_max,
      [&](const Archiving& each, bool later) {
        return each.destination == destination && (later || !each.expires || *each.expires > now);
      },
      [](const Archiving& each) { return std::optional(each.next_attempt); });
}

ports::AsyncResult<ports::ArchivingPage> MemoryStore::expired_archivings(Instant now, int count_max) {
  co_return open_archivings(
      now, count_max, [](const Archiving&, bool) { return true; },
      [](const Archiving& each) { return each.expires; });
}

ports::AsyncResult<ports::ArchivingCounts> MemoryStore::archiving_counts(Instant now) {
  ports::ArchivingCounts counts;
  for (const auto& [number, row] : runs_) {
    for (const auto& each : row.archivings) {
      if (!each.completed) ++(each.next_attempt <= now ? counts.due : counts.later);
    }
  }
  co_return counts;
}

ports::AsyncResult<std::vector<ports::DestinationQueue>> MemoryStore::destination_queues(int count_max) {
  std::map<std::string, ports::DestinationQueue> queues;
  for (const auto& [number, row] : runs_) {
    for (const auto& each : row.archivings) {
      if (each.archived) continue;
      auto& queue = queues[each.destination];
      queue.destination = each.destination;
      if (each.completed) {
        ++queue.given_up;
        if (queue.waiting > 0) continue;
      } else if (++queue.waiting > 1) {
        continue;
      } else {
        queue.oldest = row.run.times.end;
      }
      queue.run = each.run;
      queue.index = each.index;
    }
  }
  std::vector<ports::DestinationQueue> found;
  for (const auto& [id, queue] : queues) found.push_back(queue);
  keep_first(found, static_cast<std::size_t>(count_max));
  co_return found;
}

ports::AsyncResult<std::vector<ports::GivenUp>> MemoryStore::given_up(std::string destination,
                                                                      ports::GivenUpPlace after,
                                                                      int count_max) {
  std::vector<ports::GivenUp> found;
  std::int64_t number = 0;
  for (const auto& [run, row] : runs_) {
    for (const auto& each : row.archivings) {
      ++number;
      const bool is_one = each.completed && !each.archived;
      if (!is_one || (!destination.empty() && each.destination != destination)) continue;
      if (std::pair(each.next_attempt, number) < std::pair(after.at, after.number))
        found.push_back({{each.next_attempt, number}, each});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::pair(a.place.at, a.place.number) > std::pair(b.place.at, b.place.number);
  });
  keep_first(found, static_cast<std::size_t>(count_max));
  co_return found;
}

ports::AsyncResult<std::vector<Destination>> MemoryStore::destinations() {
  std::vector<Destination> found;
  for (const auto& [id, destination] : destinations_) found.push_back(destination);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.seen > b.seen; });
  co_return found;
}

}  // namespace pscheduler::test
