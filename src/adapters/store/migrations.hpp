#pragma once
// The schema and how it grows: numbered steps, forward only, each in a transaction of its own. The number of
// the last step taken is the database's user_version. A step that was released is never edited.

#include <SQLiteCpp/Database.h>

#include <span>
#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters::store {

struct Migration {
  int version;  // 1, 2, 3 …
  const char* sql;
};

std::span<const Migration> migrations();

// Marks the file as ours in its header: "psch".
inline constexpr int kApplicationId = 0x70736368;

// not_possible when the file is another program's, was written by a version that knows more steps, or lacks
// something that the steps it has taken make.
Result<void> check_origin(SQLite::Database& database, std::span<const Migration> steps,
                          const std::string& file);

// Takes the steps that are missing; the connection can then write whatever the schema asks for. Throws
// SQLite::Exception; the step that failed has changed nothing.
void migrate(SQLite::Database& database, std::span<const Migration> steps);

}  // namespace pscheduler::adapters::store
