#pragma once
// The files of default archives.

#include <filesystem>

#include "pscheduler/services/default_archives.hpp"

namespace pscheduler::app {

// The texts of what is in the directory, but for names that editors and package managers give to what they
// put aside; none when there is no such directory. What cannot be read (directories, pipes, links to nothing)
// or is too large, and what is beyond the first hundred by name, are errors. unavailable: the directory
// cannot be read.
Result<services::DefaultArchives::Texts> read_archive_files(const std::filesystem::path& directory);

}  // namespace pscheduler::app
