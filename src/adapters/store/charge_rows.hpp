#pragma once
// What runs take of quotas, in a table that refers to no other: a charge outlives its run. Throws
// SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

#include "pscheduler/model/charge.hpp"

namespace pscheduler::adapters::store {

// Inside a transaction that the caller holds.
class ChargeWriter {
 public:
  explicit ChargeWriter(SQLite::Database& database);

  // Also removes what is forgotten by then.
  void add(const Charge& charge);

  // From then on its charges stay.
  void run_has_begun(RunId run);

  // In a final state, or removed: its charges go unless it has begun.
  void run_is_over(RunId run);

 private:
  SQLite::Statement insert_;
  SQLite::Statement forget_;
  SQLite::Statement keep_;
  SQLite::Statement drop_;
};

class ChargeQueries {
 public:
  explicit ChargeQueries(SQLite::Database& database);

  // Those between the two instants, by start.
  std::vector<Charge> of_account(const std::string& account, Instant after, Instant before, int count_max);

 private:
  SQLite::Statement of_account_;
};

}  // namespace pscheduler::adapters::store
