#pragma once
// The data of archivers and contexts, judged by schemas with versions.

#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/json/versioned.hpp"

namespace pscheduler::plugins {

// The schema in an embedded file {"versions": [schema of version 1, …]}; to be compiled once.
Result<json::VersionedSchema> data_schema(std::string_view embedded_file);

// invalid_argument: "At /path: …".
Result<void> check_against(const Result<json::VersionedSchema>& schema, const Json& data);

}  // namespace pscheduler::plugins
