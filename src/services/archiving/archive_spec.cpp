#include "pscheduler/services/archive_spec.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

constexpr std::array kNames{std::pair{ArchivedRuns::succeeded, "succeeded"},
                            std::pair{ArchivedRuns::failed, "failed"}, std::pair{ArchivedRuns::all, "all"}};

// A script may be one text or a list of lines.
std::string script_text(const Json& script) {
  if (script.is_string()) return script.get<std::string>();
  std::string text;
  for (const auto& line : script) {
    if (line.is_string()) text += line.get_ref<const std::string&>() + "\n";
  }
  return text;
}

std::optional<ArchiveTransform> read_transform(const Json& document) {
  const Json* object = json::find_object(document, "transform");
  const Json* script = object == nullptr ? nullptr : json::find(*object, "script");
  if (script == nullptr) return std::nullopt;
  ArchiveTransform transform;
  transform.script.text = script_text(*script);
  const Json* arguments = json::find_object(*object, "args");
  transform.arguments = std::make_shared<const Json>(arguments == nullptr ? Json::object() : *arguments);
  for (const auto& item : transform.arguments->items()) transform.script.variables.push_back(item.key());
  transform.output_raw = json::find_bool(*object, "output-raw").value_or(false);
  return transform;
}

}  // namespace

ArchiveSpec read_archive_spec(const Json& document) {
  ArchiveSpec spec;
  spec.archiver = json::find_string(document, "archiver").value_or("");
  const Json* data = json::find(document, "data");
  spec.data = std::make_shared<const Json>(data == nullptr ? Json() : *data);
  spec.transform = read_transform(document);
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
