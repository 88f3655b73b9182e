#pragma once
// Documents whose member "schema" tells the version they are written in; absent means 1. The version is
// judged before anything else: it must be an integer (1.0, "1" and true are refused) between 1 and the
// highest known.

#include <optional>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/schema.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

class VersionedSchema {
 public:
  // One schema for each version, from 1 on. Each must admit the member "schema" itself.
  static Result<VersionedSchema> compile(const std::vector<Json>& schemas);

  // The dictionary's <name>V1 … <name>V<versions>, e.g. ("TaskSpecification", 5).
  static Result<VersionedSchema> of_type(std::string_view name, int versions);

  // A member that only a later version knows is pointed out as such.
  [[nodiscard]] std::optional<Violation> check(const Json& document) const;

  [[nodiscard]] int version_max() const { return static_cast<int>(versions_.size()); }

 private:
  explicit VersionedSchema(std::vector<Schema> versions) : versions_(std::move(versions)) {}

  std::vector<Schema> versions_;
};

// The version a document states: 1 when absent. Empty, with the reason in `violation`, when it is no object,
// or the version is no integer or not between 1 and version_max.
std::optional<int> schema_version(const Json& document, int version_max, Violation& violation);

}  // namespace pscheduler::json
