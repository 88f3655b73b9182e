#include "shared/data_schema.hpp"

#include <nlohmann/json.hpp>

#include "plugin_schemas_embedded.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::plugins {

Result<json::VersionedSchema> data_schema(std::string_view embedded_file) {
  const auto document = json::read(plugin_schemas::embedded(embedded_file));
  if (!document) return fail(document.error());
  const Json& versions = document->at("versions");
  return json::VersionedSchema::compile({versions.begin(), versions.end()});
}

Result<void> check_against(const Result<json::VersionedSchema>& schema, const Json& data) {
  if (!schema) return fail(schema.error());
  if (const auto violation = schema->check(data))
    return fail(Errc::invalid_argument, json::to_text(*violation));
  return {};
}

}  // namespace pscheduler::plugins
