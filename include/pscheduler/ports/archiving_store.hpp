#pragma once
// What the archiving of results asks of the store (spec scheduling.md 11.3). All answers are bounded however
// many archivings wait.

#include <cstdint>
#include <optional>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/ports/async.hpp"

namespace pscheduler::ports {

// Of the archivings that are not completed.
struct ArchivingAgenda {
  std::vector<Archiving> due;   // to be tried, or expired; one that is both may be there twice
  std::optional<Instant> next;  // when the first of those that are not due yet is, or expires
};

struct ArchivingCounts {
  std::int64_t due = 0;    // those whose next attempt may be made now
  std::int64_t later = 0;  // those that wait for theirs
};

class ArchivingStore {
 public:
  virtual ~ArchivingStore() = default;

  // For each destination up to `per_destination` archivings that are due at `now`, the longest due first;
  // then up to as many expired ones of all destinations, the longest expired first.
  virtual AsyncResult<ArchivingAgenda> archiving_agenda(Instant now, int per_destination) = 0;

  virtual AsyncResult<ArchivingCounts> archiving_counts(Instant now) = 0;
};

}  // namespace pscheduler::ports
