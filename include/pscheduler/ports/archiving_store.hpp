#pragma once
// What the archiving of results asks of the store (spec scheduling.md 11.3). All answers are bounded however
// many archivings wait.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/destination.hpp"
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

// A destination to which archivings that are kept go, or went.
struct DestinationQueue {
  std::string destination;
  std::int64_t waiting = 0;       // those that are not completed
  std::int64_t given_up = 0;      // those that are completed and were not archived
  std::optional<Instant> oldest;  // the end of the run of the one that waits longest
  RunId run;                      // one of them: its run
  int index = 0;                  // and its index
};

// A place among what was given up: behind what was given up then and has that number.
struct GivenUpPlace {
  Instant at = Instant::max();
  std::int64_t number = 0;
};

struct GivenUp {
  GivenUpPlace place;
  Archiving archiving;  // its next_attempt is when it was given up
};

class ArchivingStore {
 public:
  virtual ~ArchivingStore() = default;

  // For each destination up to `per_destination` archivings that are due at `now`, the longest due first;
  // then up to as many expired ones of all destinations, the longest expired first.
  virtual AsyncResult<ArchivingAgenda> archiving_agenda(Instant now, int per_destination) = 0;

  virtual AsyncResult<ArchivingCounts> archiving_counts(Instant now) = 0;

  // By id; of those with something waiting, and of those with something given up, the first `count_max`.
  virtual AsyncResult<std::vector<DestinationQueue>> destination_queues(int count_max) = 0;

  // What was given up, the latest first, from a place on: at most `count_max`. `destination`: an id, or empty
  // for all.
  virtual AsyncResult<std::vector<GivenUp>> given_up(std::string destination, GivenUpPlace after,
                                                     int count_max) = 0;

  // What is known of destinations, the one seen last first; at most some thousands.
  virtual AsyncResult<std::vector<Destination>> destinations() = 0;
};

}  // namespace pscheduler::ports
