#pragma once
// JSON files whose members are configuration keys.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/app/config.hpp"

namespace pscheduler::app {

// The only version of such files.
inline constexpr std::int64_t kConfigSchema = 1;

// Puts the file's values into the configuration, the names of its keys into `given` and what is wrong with it
// into `problems`; keys for which `may_have` is false are unknown. Whether it is a JSON object, so that each
// of its keys has been looked at.
bool read_config_file(const std::filesystem::path& file, bool (*may_have)(std::string_view key),
                      Config& config, std::vector<std::string>& given, ConfigProblems& problems);

}  // namespace pscheduler::app
