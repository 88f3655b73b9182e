#pragma once
// Values of configuration keys, from text and JSON and back.

#include "app/config/table.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::app {

// Puts a value as written on the command line into its place; lists grow by one item.
Result<void> set_from_text(Config& config, const ConfigKey& key, std::string_view text);

// Puts a value of the file into its place; lists are replaced.
Result<void> set_from_json(Config& config, const ConfigKey& key, const Json& value);

// Puts the default into its place; nothing where it depends on the host.
void set_preset(Config& config, const ConfigKey& key);

bool is_list(const ConfigKey& key);
void clear_list(Config& config, const ConfigKey& key);

Json value_as_json(const Config& config, const ConfigKey& key);

// For people: "duration from PT1S to PT1H", "full or normal", "list of directories" …
std::string type_text(const ConfigKey& key);

}  // namespace pscheduler::app
