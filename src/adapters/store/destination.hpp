#pragma once
// The names of destinations: where an archiving goes, told by its archiver and the data it is given.

#include <SQLiteCpp/Database.h>

#include <string>
#include <string_view>

namespace pscheduler::adapters::store {

// 16 hexadecimal digits, the same for all archivings with this archiver and these data, whatever else their
// specifications say and however they are written. Data hold passwords and names are shown to anybody, so a
// secret of this store, the salt, goes into them.
std::string destination_of(std::string_view salt, std::string_view archiver, std::string_view spec);

// As destination_of(salt, archiver, spec) in SQL.
void add_destination_of(SQLite::Database& database);

}  // namespace pscheduler::adapters::store
