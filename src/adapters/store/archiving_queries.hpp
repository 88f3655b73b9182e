#pragma once
// The reading statements on archivings, for Queries. Throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

#include "pscheduler/ports/archiving_store.hpp"

namespace pscheduler::adapters::store {

class ArchivingQueries {
 public:
  explicit ArchivingQueries(SQLite::Database& database);

  std::vector<Archiving> of_run(RunId run);
  std::vector<ports::WaitingDestination> waiting();
  ports::ArchivingPage due(const std::string& destination, Instant now, int count_max);
  ports::ArchivingPage expired(Instant now, int count_max);
  ports::ArchivingCounts counts(Instant now);

 private:
  SQLite::Statement of_run_;
  SQLite::Statement next_destination_;
  SQLite::Statement due_;
  SQLite::Statement next_attempt_;
  SQLite::Statement expired_;
  SQLite::Statement next_expiry_;
  SQLite::Statement counts_;
};

}  // namespace pscheduler::adapters::store
