#pragma once
// The whole of a file that an operator has named.

#include <filesystem>
#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::adapters {

// Waits for nobody: what is no ordinary file, such as a pipe, is refused. Errors, which begin with the path:
// unavailable (with the system's reason), too_large.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace pscheduler::adapters
