#pragma once
// Where tasks and runs are kept. What a commit has answered survives a crash or power loss; readers see only
// what has been committed.

#include <cstdint>
#include <optional>
#include <vector>

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/charge.hpp"
#include "pscheduler/model/errand.hpp"
#include "pscheduler/model/known_peer.hpp"
#include "pscheduler/model/pause.hpp"
#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/archiving_store.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/charge_store.hpp"

namespace pscheduler::ports {

// Rows by the numbers that the store itself has given them: from <= number < below.
struct NumberRange {
  std::int64_t from = 0;
  std::int64_t below = 0;
};

// Changes that belong together; they are applied in the order of the members, all of them or none.
struct Changes {
  std::vector<Task> new_tasks;
  std::vector<std::pair<TaskId, TaskProgress>> task_progress;
  std::vector<Run> new_runs;
  std::vector<Run> changed_runs;  // every column of the run is replaced
  std::vector<std::pair<RunId, RunResults>> results;
  std::vector<StateChange> history;
  std::vector<Archiving> new_archivings;
  std::vector<Archiving> changed_archivings;  // what was to be archived, where and until when stays as it was
  std::vector<Archiving> renewed_archivings;  // their end of life alone
  std::vector<Destination> destinations;      // each replaces what was known of it
  std::vector<std::string> forgotten_destinations;
  std::vector<Errand> new_errands;
  std::vector<Errand> changed_errands;  // every column is replaced
  std::vector<ErrandId> removed_errands;
  std::vector<KnownPeer> known_peers;  // each replaces what was known of its host
  // What new runs take of quotas. A charge goes with its run when that comes into a final state or is removed
  // without ever having been running; else it stays, whatever becomes of the run, until it is forgotten.
  std::vector<Charge> new_charges;
  std::optional<Pause> pause;
  std::vector<RunId> removed_runs;    // with their results, history and archivings
  std::vector<TaskId> removed_tasks;  // with their progress; one that still has runs stays
  // Whatever in there belongs to a task or run that does not exist is removed.
  std::optional<NumberRange> removed_orphans;
};

struct StoredRun {
  Run run;
  RunResults results;
};

// Which runs of a task (spec api.md 11.3); runs in state scheduling are never among them.
struct RunFilter {
  std::optional<Instant> starts_at_or_after;
  std::optional<Instant> ends_at_or_before;
  std::optional<Instant> upcoming_at;  // current or future then, and pending, on-deck, running or nonstart
  std::optional<std::int64_t> limit;
};

struct TaskPage {
  std::vector<Task> tasks;                  // in the order of creation
  std::optional<std::int64_t> next_cursor;  // for the page after; absent at the end
};

class Store : public ArchivingStore, public ChargeStore {
 public:
  // Answers after the changes are durable. conflict: a task or run with that id exists; unavailable: disk
  // full or failing, nothing was changed.
  virtual AsyncResult<void> commit(Changes changes) = 0;

  virtual AsyncResult<std::optional<Task>> task(TaskId id) = 0;
  virtual AsyncResult<TaskPage> tasks(std::optional<std::int64_t> cursor, int page_size) = 0;

  // A run in any state, with its results; absent when it does not exist or belongs to another task.
  virtual AsyncResult<std::optional<StoredRun>> run(TaskId task, RunId id) = 0;
  virtual AsyncResult<std::vector<RunId>> runs(TaskId task, RunFilter filter) = 0;

  // The earliest visible run ever, or the earliest that starts at or after `from`.
  virtual AsyncResult<std::optional<RunId>> first_run(TaskId task) = 0;
  virtual AsyncResult<std::optional<RunId>> next_run(TaskId task, Instant from) = 0;

  // Oldest first.
  virtual AsyncResult<std::vector<StateChange>> history(RunId run) = 0;

  // For the start of the daemon: runs in no final state, and tasks that plan runs; in the order of their age.
  virtual AsyncResult<std::vector<Run>> unfinished_runs() = 0;
  virtual AsyncResult<std::vector<Task>> planning_tasks() = 0;

  // The task a run belongs to.
  virtual AsyncResult<std::optional<Task>> task_of_run(RunId run) = 0;

  // Preempted runs and non-starters that may start later than `now`; by nominal start.
  virtual AsyncResult<std::vector<Run>> open_runs(Instant now) = 0;

  // The archivings of a run, by index.
  virtual AsyncResult<std::vector<Archiving>> archivings(RunId run) = 0;

  // All that have not been removed, by when they are next due.
  virtual AsyncResult<std::vector<Errand>> errands() = 0;

  // What is known of other hosts, the one seen last first.
  virtual AsyncResult<std::vector<KnownPeer>> known_peers() = 0;

  virtual AsyncResult<Pause> pause() = 0;

  // The latest end among finished runs and the latest instant a run was put on the schedule (GET /status).
  struct LastRuns {
    std::optional<Instant> finished;
    std::optional<Instant> scheduled;
  };
  virtual AsyncResult<LastRuns> last_runs() = 0;
};

}  // namespace pscheduler::ports
