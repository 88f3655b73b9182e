#pragma once
// The reading statements on a connection of their own. One thread at a time; throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <memory>
#include <optional>
#include <vector>

#include "adapters/store/archiving_queries.hpp"
#include "adapters/store/charge_rows.hpp"
#include "adapters/store/destination_rows.hpp"
#include "adapters/store/errand_rows.hpp"
#include "adapters/store/peer_rows.hpp"
#include "adapters/store/retention_queries.hpp"
#include "adapters/store/schedule_queries.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::adapters::store {

class Queries {
 public:
  explicit Queries(std::unique_ptr<SQLite::Database> database);

  std::optional<Task> task(TaskId id);
  std::optional<Task> task_of_run(RunId run);
  ports::TaskPage tasks(std::optional<std::int64_t> cursor, int page_size);

  // `found` without a run: its results are larger than `results_bytes_max` and nothing of them was read.
  struct RunSearch {
    bool found = false;
    std::optional<ports::StoredRun> run;
  };
  RunSearch run(TaskId task, RunId id, std::int64_t results_bytes_max);

  std::vector<RunId> runs(TaskId task, const ports::RunFilter& filter);
  std::optional<RunId> first_run(TaskId task, Instant from);
  std::vector<StateChange> history(RunId run);
  std::vector<Run> unfinished_runs();
  std::vector<Task> planning_tasks();
  std::vector<Run> open_runs(Instant now);
  ArchivingQueries& archivings() { return archivings_; }
  DestinationQueries& destinations() { return destinations_; }
  ErrandQueries& errands() { return errands_; }
  PeerQueries& peers() { return peers_; }
  ChargeQueries& charges() { return charges_; }
  Pause pause();
  ports::Store::LastRuns last_runs();

  // What concerns all tasks.
  ScheduleQueries& schedule() { return schedule_; }
  RetentionQueries& retention() { return retention_; }

  // Gives the page cache back.
  void release_memory() noexcept;

 private:
  static std::optional<Task> one_task(SQLite::Statement& statement, const Uuid& key);

  std::unique_ptr<SQLite::Database> database_;
  SQLite::Statement task_;
  SQLite::Statement task_of_run_;
  SQLite::Statement tasks_;
  SQLite::Statement planning_tasks_;
  SQLite::Statement run_;
  SQLite::Statement visible_runs_;
  SQLite::Statement upcoming_runs_;
  SQLite::Statement first_run_;
  SQLite::Statement unfinished_runs_;
  SQLite::Statement open_runs_;
  ArchivingQueries archivings_;
  DestinationQueries destinations_;
  ErrandQueries errands_;
  PeerQueries peers_;
  ChargeQueries charges_;
  SQLite::Statement pause_;
  SQLite::Statement history_;
  SQLite::Statement last_end_;
  SQLite::Statement last_added_;
  ScheduleQueries schedule_;
  RetentionQueries retention_;
};

}  // namespace pscheduler::adapters::store
