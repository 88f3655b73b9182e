#pragma once
// Schemas compiled when they are first needed, and kept.

#include <map>
#include <memory>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::json {
class VersionedSchema;
}

namespace pscheduler::sdk {

class SchemaCache {
 public:
  using Source = std::string_view (*)();  // gives the text of a {"versions": […]} document

  SchemaCache();
  ~SchemaCache();
  SchemaCache(const SchemaCache&) = delete;
  SchemaCache& operator=(const SchemaCache&) = delete;

  // Whether the value fits the schema of the version it names; the error is "At /path: …".
  Result<void> check(Source source, const Json& value);

 private:
  std::map<Source, std::unique_ptr<json::VersionedSchema>> compiled_;
};

}  // namespace pscheduler::sdk
