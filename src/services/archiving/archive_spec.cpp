#include "pscheduler/services/archive_spec.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/services/data_transforms.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

constexpr std::array kNames{std::pair{ArchivedRuns::succeeded, "succeeded"},
                            std::pair{ArchivedRuns::failed, "failed"}, std::pair{ArchivedRuns::all, "all"}};

}  // namespace

ArchiveSpec read_archive_spec(const Json& document) {
  ArchiveSpec spec;
  spec.archiver = json::find_string(document, "archiver").value_or("");
  const Json* data = json::find(document, "data");
  spec.data = std::make_shared<const Json>(data == nullptr ? Json() : *data);
  if (const Json* transform = json::find_object(document, "transform"))
    spec.transform = read_archive_transform(*transform);
  if (const auto ttl = json::find_string(document, "ttl")) {
    if (const auto length = parse_duration(*ttl)) spec.ttl = *length;
  }
  const auto runs = json::find_string(document, "runs");
  for (const auto& [value, name] : kNames) {
    if (runs == name) spec.runs = value;
  }
  spec.uri_host = json::find_string(document, "uri-host").value_or("");
  spec.label = json::find_string(document, "label").value_or("");
  return spec;
}

bool wants(ArchivedRuns runs, RunState state) {
  switch (runs) {
    case ArchivedRuns::succeeded:
      return state == RunState::finished;
    case ArchivedRuns::failed:
      return state == RunState::failed;
    case ArchivedRuns::all:
      return state == RunState::finished || state == RunState::failed || state == RunState::canceled;
  }
  return false;
}

std::string_view name_of(ArchivedRuns runs) {
  for (const auto& [value, name] : kNames) {
    if (value == runs) return name;
  }
  return "";
}

}  // namespace pscheduler::services
