#pragma once
// Errands in their table, which refers to no other: an errand outlives the task and run it is about.
// Throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/model/errand.hpp"

namespace pscheduler::adapters::store {

// Inside a transaction that the caller holds.
class ErrandWriter {
 public:
  explicit ErrandWriter(SQLite::Database& database);

  Result<void> add(const Errand& errand);     // conflict: it exists already
  Result<void> change(const Errand& errand);  // not_found: it does not exist
  void remove(ErrandId id);

 private:
  SQLite::Statement insert_;
  SQLite::Statement change_;
  SQLite::Statement remove_;
};

class ErrandQueries {
 public:
  explicit ErrandQueries(SQLite::Database& database);

  // All of them, by their next attempt.
  std::vector<Errand> all();

 private:
  SQLite::Statement all_;
};

// Roughly how much memory it holds.
std::size_t bytes_of(const Errand& errand);

}  // namespace pscheduler::adapters::store
