#pragma once
// Puts Changes into the tables, inside a transaction that the caller holds.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <optional>

#include "adapters/store/charge_rows.hpp"
#include "adapters/store/destination_rows.hpp"
#include "adapters/store/errand_rows.hpp"
#include "adapters/store/peer_rows.hpp"
#include "adapters/store/removals.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::adapters::store {

class ChangeWriter {
 public:
  explicit ChangeWriter(SQLite::Database& database);

  // conflict (an id exists already) or not_found (the task or run to be changed does not): part of the
  // changes may have been made, the caller rolls back. Throws SQLite::Exception.
  Result<void> apply(const ports::Changes& changes);

 private:
  std::optional<std::int64_t> number(SQLite::Statement& lookup, const Uuid& uuid);
  Result<std::int64_t> task_number(TaskId id);
  Result<std::int64_t> run_number(RunId id);

  Result<void> add(const Task& task);
  Result<void> set(TaskId id, const TaskProgress& progress);
  Result<void> add(const Run& run);
  Result<void> change(const Run& run);
  void settle_charges(const Run& run);
  Result<void> set(RunId id, const RunResults& results);
  Result<void> add(const StateChange& change);
  Result<void> add(const Archiving& archiving);
  Result<void> change(const Archiving& archiving);
  void set(const Pause& pause);
  void remove(RunId id);
  void remove(TaskId id);

  SQLite::Database& database_;
  SQLite::Statement task_number_;
  SQLite::Statement run_number_;
  SQLite::Statement insert_task_;
  SQLite::Statement set_progress_;
  SQLite::Statement insert_run_;
  SQLite::Statement move_run_;
  SQLite::Statement change_run_;
  SQLite::Statement set_results_;
  SQLite::Statement insert_change_;
  SQLite::Statement insert_archiving_;
  SQLite::Statement change_archiving_;
  SQLite::Statement set_pause_;
  SQLite::Statement remove_history_;
  SQLite::Statement remove_results_;
  SQLite::Statement remove_archivings_;
  SQLite::Statement remove_run_;
  DestinationWriter destinations_;
  ErrandWriter errands_;
  PeerWriter peers_;
  ChargeWriter charges_;
  Removals removals_;
};

// Roughly how much memory the changes hold.
std::size_t bytes_of(const ports::Changes& changes);

}  // namespace pscheduler::adapters::store
