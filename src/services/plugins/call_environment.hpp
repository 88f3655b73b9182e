#pragma once
// The environment variables plug-ins get beside the inherited ones (spec plugins.md 2.3).

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace pscheduler::services {

using Environment = std::vector<std::pair<std::string, std::string>>;

// `temporary_directory` becomes TMPDIR; when empty, that is inherited.
Environment call_environment(const std::filesystem::path& temporary_directory);

}  // namespace pscheduler::services
