#pragma once
// The statements that read the schedule as a whole, on a connection of somebody else. One thread at a time;
// throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "pscheduler/ports/schedule_view.hpp"

namespace pscheduler::adapters::store {

class ScheduleQueries {
 public:
  explicit ScheduleQueries(SQLite::Database& database);

  ports::SchedulePage page(const ports::ScheduleFilter& filter,
                           const std::optional<ports::SchedulePlace>& after, int page_size);
  ports::RunsAround around(Instant now, int count_max);
  std::int64_t count(RunState state, std::optional<Instant> from, std::optional<Instant> until);
  ports::Census census();

 private:
  // Adds rows to the page until it is full.
  void add_long_runs(ports::SchedulePage& page, const ports::ScheduleFilter& filter,
                     const ports::SchedulePlace& after, int page_size);
  void add_runs(ports::SchedulePage& page, const ports::ScheduleFilter& filter,
                const ports::SchedulePlace& after, int page_size);

  SQLite::Statement runs_from_;
  SQLite::Statement runs_of_task_from_;
  SQLite::Statement long_runs_;
  SQLite::Statement past_;
  SQLite::Statement late_;
  SQLite::Statement future_;
  SQLite::Statement count_;
  SQLite::Statement count_states_;
  SQLite::Statement count_tasks_;
};

}  // namespace pscheduler::adapters::store
