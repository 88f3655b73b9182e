#include "shared/plugin_config.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "pscheduler/base/text.hpp"
#include "shared/line_words.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::streamsize kFileBytesMax = 64 << 10;  // some lines; a larger file is something else

Result<PluginConfig> load(std::string_view plugin, const char* variable, const char* usual_folder) {
  const char* const given = std::getenv(variable);
  const std::filesystem::path folder = given != nullptr && *given != '\0' ? given : usual_folder;
  const auto path = folder / fmt::format("{}.conf", plugin);
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (error)
    return fail(Errc::unavailable, fmt::format("{} cannot be read: {}.", path.string(), error.message()));
  if (!exists) return PluginConfig::parse(plugin, {}, path);
  std::ifstream stream(path, std::ios::binary);
  std::string text(static_cast<std::size_t>(kFileBytesMax) + 1, '\0');
  stream.read(text.data(), kFileBytesMax + 1);
  if (stream.bad() || !stream.is_open() || stream.gcount() > kFileBytesMax) {
    return fail(Errc::unavailable,
                fmt::format("{} cannot be read or has more than {} bytes.", path.string(), kFileBytesMax));
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return PluginConfig::parse(plugin, text, path);
}

}  // namespace

Result<PluginConfig> PluginConfig::of_tool(std::string_view tool) {
  return load(tool, "PSCHEDULER_TOOL_CONFIG", "/etc/pscheduler/tool");
}

Result<PluginConfig> PluginConfig::of_archiver(std::string_view archiver) {
  return load(archiver, "PSCHEDULER_ARCHIVER_CONFIG", "/etc/pscheduler/archiver");
}

Result<PluginConfig> PluginConfig::parse(std::string_view plugin, std::string_view text, std::string file) {
  PluginConfig config;
  config.file_ = std::move(file);
  bool is_ours = false;
  int number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      is_ours = trim(line.substr(1, line.size() - 2)) == plugin;
      continue;
    }
    const auto sign = line.find_first_of("=:");
    if (sign == std::string_view::npos) {
      return fail(Errc::invalid_argument, fmt::format("{} line {}: \"{}\" is neither a [section] nor \"key = "
                                                      "value\".",
                                                      config.file_, number, excerpt(line)));
    }
    if (is_ours) config.values_[to_lower(trim(line.substr(0, sign)))] = trim(line.substr(sign + 1));
  }
  return config;
}

Result<void> PluginConfig::check_keys(const std::vector<std::string_view>& known) const {
  for (const auto& [key, value] : values_) {
    if (std::ranges::find(known, key) != known.end()) continue;
    return fail(Errc::invalid_argument,
                fmt::format("{}: there is no key \"{}\"; those known are {}.", file_, excerpt(key),
                            join(std::vector<std::string>(known.begin(), known.end()), ", ")));
  }
  return {};
}

std::string PluginConfig::text(std::string_view key, std::string_view otherwise) const {
  const auto found = values_.find(key);
  return found == values_.end() || found->second.empty() ? std::string(otherwise) : found->second;
}

Result<std::int64_t> PluginConfig::number(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                          std::int64_t most) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return otherwise;
  const auto number = number_in<std::int64_t>(found->second);
  if (number && *number >= least && *number <= most) return *number;
  return fail(Errc::invalid_argument, fmt::format("{}: {} is \"{}\"; give a whole number, {} to {}.", file_,
                                                  key, excerpt(found->second), least, most));
}

Result<bool> PluginConfig::flag(std::string_view key, bool otherwise) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return otherwise;
  const auto word = to_lower(found->second);
  if (word == "yes" || word == "true") return true;
  if (word == "no" || word == "false") return false;
  return fail(Errc::invalid_argument,
              fmt::format("{}: {} is \"{}\"; give yes or no.", file_, key, excerpt(found->second)));
}

Result<int> PluginConfig::port(std::string_view key, int otherwise) const {
  const auto found = values_.find(key);
  if (found == values_.end()) return otherwise;
  const auto port = number_in<std::uint16_t>(found->second);
  if (!port || *port == 0) {
    return fail(Errc::invalid_argument, fmt::format("{}: {} is \"{}\", which is no port; give 1 to 65535.",
                                                    file_, key, excerpt(found->second)));
  }
  return *port;
}

std::string PluginConfig::trouble_with_program(std::string_view key, const std::string& program,
                                               std::string_view package) const {
  // One without a folder is found through PATH, or not, when it is started.
  const bool is_path = program.find('/') != std::string::npos;
  if (!is_path || access(program.c_str(), X_OK) == 0) return {};
  return fmt::format("There is no program {} here; install the package {} or set {} in {}.", program, package,
                     key, file_);
}

}  // namespace pscheduler::plugins
