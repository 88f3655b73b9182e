#pragma once
// What is old in the store, for housekeeping. Reads see what has been committed and never hold up a commit;
// what is to go is removed by Store::commit().

#include <cstdint>
#include <optional>
#include <vector>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

// Runs, by the instant that makes them old.
enum class OldRuns {
  ended,       // in a final state; by their end
  unfinished,  // in any other; by their end
  expiring,    // in a final state with an instant of expiry; by that
};

// A place in such a list: behind the row with this instant and number.
struct RetentionPlace {
  Instant at = Instant::min();
  std::int64_t number = 0;
};

struct OldRun {
  RetentionPlace place;
  RunId id;
  TaskId task;
  std::int64_t result_bytes = 0;
  std::optional<Instant> planned_anew_until;  // it may have another try for a start until then
  // It has archivings that are not completed: the latest end of their time to live, Instant::max() when one
  // lives for ever.
  std::optional<Instant> archived_until;
};

// A task for which this node plans no further runs.
struct OldTask {
  RetentionPlace place;  // not later than the instant from which it is over
  TaskId id;
  bool leads = false;
  bool repeats = false;
  bool enabled = false;
  bool has_runs = false;  // there are rows
  Instant added;
  std::optional<Instant> start;
  std::optional<Instant> until;
  std::optional<Instant> latest_end;
  std::optional<Instant> canceled_at;
  std::optional<std::int64_t> max_runs;
  std::int64_t runs = 0;  // ever put on the timeline
};

class Retention {
 public:
  virtual ~Retention() = default;

  // At most count_max, by that instant and then by age; from the first one without a place. invalid_argument:
  // count_max.
  virtual AsyncResult<std::vector<OldRun>> old_runs(OldRuns which, RetentionPlace after, int count_max) = 0;
  virtual AsyncResult<std::vector<OldTask>> old_tasks(RetentionPlace after, int count_max) = 0;

  // No row has this number or a greater one.
  virtual AsyncResult<std::int64_t> numbers_end() = 0;

  // How many rows of the range belong to a task or run that does not exist (Changes::removed_orphans).
  virtual AsyncResult<std::int64_t> count_orphans(NumberRange range) = 0;
};

}  // namespace pscheduler::ports
