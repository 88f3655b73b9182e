#pragma once
// Connections to the database, set up alike.

#include <SQLiteCpp/Database.h>

#include <memory>
#include <string>

#include "pscheduler/adapters/store/sqlite_store.hpp"

namespace pscheduler::adapters::store {

// How long the writer waits for another program's lock: a person with the sqlite3 shell may hold one a
// moment.
inline constexpr int kWriterBusyMs = 5000;

// The one connection that writes: creates the file if need be, checks where it comes from and migrates it.
Result<std::unique_ptr<SQLite::Database>> open_writer(const std::string& file, const StoreOptions& options);

// A connection that only reads. Throws SQLite::Exception.
std::unique_ptr<SQLite::Database> open_reader(const std::string& file, const StoreOptions& options);

}  // namespace pscheduler::adapters::store
