#pragma once
// What is known of other hosts, in its table. Throws SQLite::Exception.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstddef>
#include <vector>

#include "pscheduler/model/known_peer.hpp"

namespace pscheduler::adapters::store {

// Inside a transaction that the caller holds.
class PeerWriter {
 public:
  explicit PeerWriter(SQLite::Database& database);

  // Each replaces what was known of its host; then the table is brought back into its bounds of number and
  // age.
  void keep(const std::vector<KnownPeer>& peers);

 private:
  SQLite::Statement set_;
  SQLite::Statement remove_old_;
  SQLite::Statement remove_too_many_;
};

class PeerQueries {
 public:
  explicit PeerQueries(SQLite::Database& database);

  // All of them, the one seen last first.
  std::vector<KnownPeer> all();

 private:
  SQLite::Statement all_;
};

// Roughly how much memory they hold.
std::size_t bytes_of(const std::vector<KnownPeer>& peers);

}  // namespace pscheduler::adapters::store
