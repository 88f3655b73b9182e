#include "pscheduler/json/versioned.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "pscheduler/json/access.hpp"

namespace pscheduler::json {

std::optional<int> schema_version(const Json& document, int version_max, Violation& violation) {
  if (!document.is_object()) {
    violation = {"", "must be an object, not " + describe(document), "type"};
    return std::nullopt;
  }
  const Json* const stated = find(document, "schema");
  if (stated == nullptr) return 1;
  if (!stated->is_number_integer()) {
    violation = {"/schema", "the schema version must be an integer, not " + describe(*stated), "type"};
    return std::nullopt;
  }
  const auto version = as_integer(*stated);
  if (version && *version >= 1 && *version <= version_max) return static_cast<int>(*version);
  violation = {"/schema",
               "schema version " + describe(*stated) + " is not supported; the highest supported is " +
                   std::to_string(version_max),
               "schema"};
  return std::nullopt;
}

Result<VersionedSchema> VersionedSchema::compile(const std::vector<Json>& schemas) {
  std::vector<Schema> versions;
  for (const Json& schema : schemas) {
    auto compiled = Schema::compile(schema);
    if (!compiled) {
      return fail(compiled.error().code,
                  "schema version " + std::to_string(versions.size() + 1) + ": " + compiled.error().message);
    }
    versions.push_back(std::move(*compiled));
  }
  if (versions.empty()) return fail(Errc::invalid_argument, "a versioned schema needs at least one version");
  return VersionedSchema(std::move(versions));
}

Result<VersionedSchema> VersionedSchema::of_type(std::string_view name, int versions) {
  std::vector<Json> schemas;
  for (int version = 1; version <= versions; ++version) {
    schemas.push_back(Json{{"$ref", "#/pScheduler/" + std::string(name) + "V" + std::to_string(version)}});
  }
  return compile(schemas);
}

std::optional<Violation> VersionedSchema::check(const Json& document) const {
  Violation refused;
  const auto version = schema_version(document, version_max(), refused);
  if (!version) return refused;
  auto violation = versions_[static_cast<std::size_t>(*version) - 1].check(document);
  if (!violation || violation->keyword != "additionalProperties") return violation;
  Json later = document;
  for (int newer = *version + 1; newer <= version_max(); ++newer) {
    later["schema"] = newer;
    if (versions_[static_cast<std::size_t>(newer) - 1].check(later)) continue;
    violation->message += " (it is known from version " + std::to_string(newer) +
                          " on: state \"schema\": " + std::to_string(newer) + ")";
    break;
  }
  return violation;
}

}  // namespace pscheduler::json
