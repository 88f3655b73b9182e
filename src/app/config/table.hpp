#pragma once
// The table of configuration keys.

#include <span>
#include <string_view>
#include <variant>

#include "pscheduler/app/config.hpp"

namespace pscheduler::app {

// Where a key's value goes; its type says how it is written.
using ConfigTarget = std::variant<std::string Config::*, std::filesystem::path Config::*, bool Config::*,
                                  std::int64_t Config::*, Duration Config::*, adapters::Synchronous Config::*,
                                  ports::Level Config::*, std::vector<std::filesystem::path> Config::*,
                                  std::vector<adapters::ListenAddress> Config::*>;

struct ConfigKey {
  std::string_view name;  // in the file, and as --name on the command line
  ConfigTarget target;
  std::string_view preset = {};  // the default, written as on the command line; lists are divided by blanks
  std::string_view preset_text = {};  // for people, where the default depends on the host
  std::string_view least = {};        // of numbers and durations
  std::string_view most = {};
  std::string_view unit = {};
  std::string_view help = {};  // one or two sentences
};

// Sorted as people look for them: where it listens, where things are, how much, the rest.
std::span<const ConfigKey> config_keys();

const ConfigKey* find_config_key(std::string_view name);

}  // namespace pscheduler::app
