#pragma once
// The environment variables plug-ins get beside the inherited ones (spec plugins.md 2.3).

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace pscheduler::services {

using Environment = std::vector<std::pair<std::string, std::string>>;

// `temporary_directory` becomes TMPDIR; when empty, that is inherited. `lead_bind`, unless empty, is the
// address to call other hosts from (spec bwctl.md 2).
Environment call_environment(const std::filesystem::path& temporary_directory,
                             const std::string& lead_bind = {});

}  // namespace pscheduler::services
