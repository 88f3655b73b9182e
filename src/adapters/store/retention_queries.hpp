#pragma once
// What is old, read on a connection of somebody else. One thread at a time; throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <vector>

#include "pscheduler/ports/retention.hpp"

namespace pscheduler::adapters::store {

class RetentionQueries {
 public:
  explicit RetentionQueries(SQLite::Database& database);

  std::vector<ports::OldRun> runs(ports::OldRuns which, ports::RetentionPlace after, int count_max);
  std::vector<ports::OldTask> tasks(ports::RetentionPlace after, int count_max);
  std::int64_t numbers_end();
  std::int64_t count_orphans(ports::NumberRange range);

 private:
  SQLite::Statement& statement_for(ports::OldRuns which);

  SQLite::Database& database_;
  SQLite::Statement ended_;
  SQLite::Statement unfinished_;
  SQLite::Statement expiring_;
  SQLite::Statement tasks_;
};

}  // namespace pscheduler::adapters::store
