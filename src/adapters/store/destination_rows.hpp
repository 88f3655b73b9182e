#pragma once
// What is known of destinations, in a table of its own, and what waits for them or was given up. Throws
// SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

#include "pscheduler/ports/archiving_store.hpp"

namespace pscheduler::adapters::store {

// Inside a transaction that the caller holds.
class DestinationWriter {
 public:
  explicit DestinationWriter(SQLite::Database& database);

  void set(const Destination& destination);
  void forget(const std::string& id);

  // Puts the end of its time to live where the archiving has it.
  void renew(const Archiving& archiving);

 private:
  SQLite::Statement set_;
  SQLite::Statement forget_;
  SQLite::Statement renew_;
};

class DestinationQueries {
 public:
  explicit DestinationQueries(SQLite::Database& database);

  // The one seen last first.
  std::vector<Destination> all(int count_max);

  std::vector<ports::DestinationQueue> queues(int count_max);
  std::vector<ports::GivenUp> given_up(const std::string& destination, ports::GivenUpPlace after,
                                       int count_max);

 private:
  SQLite::Statement all_;
  SQLite::Statement waiting_;
  SQLite::Statement given_up_counts_;
  SQLite::Statement place_;
  SQLite::Statement all_given_up_;
  SQLite::Statement given_up_there_;
};

std::size_t bytes_of(const Destination& destination);

}  // namespace pscheduler::adapters::store
