#include "pscheduler/services/data_transforms.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::services {
namespace {

// A script may be one text or a list of lines.
std::string script_text(const Json& script) {
  if (script.is_string()) return script.get<std::string>();
  std::string text;
  for (const auto& line : script) {
    if (line.is_string()) text += line.get_ref<const std::string&>() + "\n";
  }
  return text;
}

}  // namespace

std::optional<ArchiveTransform> read_archive_transform(const Json& object) {
  const Json* script = json::find(object, "script");
  if (script == nullptr) return std::nullopt;
  ArchiveTransform transform;
  transform.script.text = script_text(*script);
  const Json* arguments = json::find_object(object, "args");
  transform.arguments = std::make_shared<const Json>(arguments == nullptr ? Json::object() : *arguments);
  for (const auto& item : transform.arguments->items()) transform.script.variables.push_back(item.key());
  transform.output_raw = json::find_bool(object, "output-raw").value_or(false);
  return transform;
}

std::map<std::string, ArchiveTransform> data_transforms(const Plugin& archiver, const Json& data) {
  std::map<std::string, ArchiveTransform> found;
  const Json* names = archiver.enumeration ? json::find_array(*archiver.enumeration, "transforms") : nullptr;
  if (names == nullptr) return found;
  for (const Json& name : *names) {
    if (!name.is_string()) continue;
    const auto& member = name.get_ref<const std::string&>();
    const Json* object = json::find_object(data, member);
    auto transform = object == nullptr ? std::nullopt : read_archive_transform(*object);
    if (transform) found.emplace(member, std::move(*transform));
  }
  return found;
}

Result<std::string> text_of_outputs(const ArchiveTransform& transform, const std::vector<Json>& outputs) {
  if (outputs.empty()) return fail(Errc::invalid_argument, "It produced nothing.");
  std::vector<std::string> texts;
  for (const Json& output : outputs) {
    texts.push_back(output.is_string() ? output.get<std::string>() : json::to_compact(output));
    if (!transform.output_raw) break;
  }
  return join(texts, "\n");
}

}  // namespace pscheduler::services
