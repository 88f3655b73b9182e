#pragma once
// The pure methods of each class, by name.

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "plugin_sdk/schema_cache.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/catalogue.hpp"

namespace pscheduler::sdk {

struct MethodInput {
  const std::vector<std::string>& arguments;
  const Result<Json>& document;  // what was on stdin, or why it is not JSON
  SchemaCache& schemas;
};

using Answer = std::variant<Json, std::string>;  // a JSON document, or text

enum class Reads { nothing, stdin_always, stdin_without_arguments };

template <class PluginType>
struct Method {
  std::string_view name;
  Reads reads = Reads::stdin_always;
  Result<Answer> (*call)(const PluginType&, const MethodInput&) = nullptr;
  // Whether `serve` may answer it, too; absent: it may.
  bool (*served)(const PluginType&) = nullptr;
};

std::span<const Method<TestPlugin>> test_methods();
std::span<const Method<ToolPlugin>> tool_methods();
std::span<const Method<ArchiverPlugin>> archiver_methods();
std::span<const Method<ContextPlugin>> context_methods();

// The members every enumeration has.
Json enumeration_of(const Identity& identity);

// {"valid": true}, or false with the error.
Json validity(const Result<void>& result);

}  // namespace pscheduler::sdk
