#pragma once
// What the archiving of results asks of the store (spec scheduling.md 11.3). What is asked often is bounded
// however many archivings wait.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/destination.hpp"
#include "pscheduler/ports/async.hpp"

namespace pscheduler::ports {

// Where archivings wait that are not completed.
struct WaitingDestination {
  std::string destination;
  std::string archiver;
  Instant next_attempt;  // of the first of them, which may have passed
};

// Archivings that are not completed.
struct ArchivingPage {
  std::vector<Archiving> archivings;
  std::optional<Instant> next;  // when the first one comes to be what was asked for that is not yet
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

  // Those that have waited longest first; where that is the same, those with the archiving that was added
  // first.
  virtual AsyncResult<std::vector<WaitingDestination>> waiting_destinations() = 0;

  // Those of a destination that are due at `now` and have not expired, the longest due first.
  virtual AsyncResult<ArchivingPage> due_archivings(std::string destination, Instant now, int count_max) = 0;

  // Those that have expired at `now`, the longest expired first.
  virtual AsyncResult<ArchivingPage> expired_archivings(Instant now, int count_max) = 0;

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
