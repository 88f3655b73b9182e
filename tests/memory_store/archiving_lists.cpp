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

ports::AsyncResult<ports::ArchivingAgenda> MemoryStore::archiving_agenda(Instant now, int per_destination) {
  ports::ArchivingAgenda agenda;
  std::map<std::string, std::vector<Archiving>> due;
  std::vector<Archiving> expired;
  for (const auto& [number, row] : runs_) {
    for (const auto& each : row.archivings) {
      if (each.completed) continue;
      if (each.next_attempt <= now) {
        due[each.destination].push_back(each);
      } else {
        note_earliest(each.next_attempt, agenda.next);
      }
      if (each.expires && *each.expires <= now) {
        expired.push_back(each);
      } else if (each.expires) {
        note_earliest(*each.expires, agenda.next);
      }
    }
  }
  const auto take = [&](std::vector<Archiving>& from, auto by) {
    std::stable_sort(from.begin(), from.end(), by);
    keep_first(from, static_cast<std::size_t>(per_destination));
    agenda.due.insert(agenda.due.end(), from.begin(), from.end());
  };
  for (auto& [destination, those] : due) {
    take(those, [](const Archiving& a, const Archiving& b) { return a.next_attempt < b.next_attempt; });
  }
  take(expired, [](const Archiving& a, const Archiving& b) { return a.expires < b.expires; });
  co_return agenda;
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
