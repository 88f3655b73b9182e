#include "plugin_sdk/schema_cache.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/versioned.hpp"

namespace pscheduler::sdk {
namespace {

Result<json::VersionedSchema> compile(std::string_view text) {
  const auto document = json::read(text);
  if (!document)
    return fail(Errc::internal, "A schema of this plug-in is not JSON: " + document.error().message);
  const Json* const versions = json::find_array(*document, "versions");
  if (versions == nullptr) return fail(Errc::internal, "A schema of this plug-in has no array \"versions\".");
  return json::VersionedSchema::compile({versions->begin(), versions->end()});
}

}  // namespace

SchemaCache::SchemaCache() = default;
SchemaCache::~SchemaCache() = default;

Result<void> SchemaCache::check(Source source, const Json& value) {
  auto& schema = compiled_[source];
  if (!schema) {
    auto compiled = compile(source());
    if (!compiled) return fail(std::move(compiled.error()));
    schema = std::make_unique<json::VersionedSchema>(std::move(*compiled));
  }
  if (const auto violation = schema->check(value))
    return fail(Errc::invalid_argument, json::to_text(*violation));
  return {};
}

}  // namespace pscheduler::sdk
