#pragma once
// The files of default archives.

#include <filesystem>

#include "pscheduler/services/default_archives.hpp"

namespace pscheduler::app {

// The texts of the regular files in the directory whose names are not those that editors and package managers
// give to what they put aside; none when there is no such directory. Files that are too large, and those
// beyond the first hundred by name, are errors. unavailable: the directory cannot be read.
Result<services::DefaultArchives::Texts> read_archive_files(const std::filesystem::path& directory);

}  // namespace pscheduler::app
