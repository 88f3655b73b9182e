#include "limits/load_limits.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "limits/load_limit_data.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::limits {
namespace {

// Objects are merged, everything else is replaced.
void merge(Json& into, const Json& from) {
  if (!into.is_object() || !from.is_object()) {
    into = from;
    return;
  }
  for (const auto& [name, value] : from.items()) {
    if (into.contains(name)) {
      merge(into[name], value);
    } else {
      into[name] = value;
    }
  }
}

// Type and data, those of a clone put together.
std::optional<Cloneable> substance_of(Members& members, const Cloneables& earlier) {
  if (const Json* clone = members.find("clone")) {
    members.need("description");
    const Json* own = members.need("data");
    members.find("type");
    const auto original = clone->is_string() ? earlier.find(clone->get<std::string>()) : earlier.end();
    if (original == earlier.end()) {
      members.findings().refuse(members.at("clone"), "there is no limit " + json::describe(*clone) +
                                                         " earlier in the file to be cloned");
      return std::nullopt;
    }
    if (own == nullptr) return std::nullopt;
    Json merged = *original->second.data;
    merge(merged, *own);
    return Cloneable{original->second.type, std::make_shared<const Json>(std::move(merged))};
  }
  const Json* type = members.need("type");
  const Json* data = members.need("data");
  if (type == nullptr || data == nullptr) return std::nullopt;
  return Cloneable{std::make_shared<const Json>(*type), std::make_shared<const Json>(*data)};
}

// The name as JSON text: any value that can be compared is one, though only strings can be referred to.
std::string name_in(Members& members) {
  const Json* name = members.need("name");
  if (name == nullptr) return "";
  if (name->is_structured()) {
    members.findings().refuse(members.at("name"), "must be a string, not " + json::describe(*name));
    return "";
  }
  if (!name->is_string())
    members.findings().warn(members.at("name"), "is no string, so no application can name it");
  return json::to_compact(*name);
}

LimitInvert invert_in(Members& members, bool is_clone) {
  const Json* invert = members.find("invert");
  if (invert == nullptr) return LimitInvert::no;
  if (is_clone) {
    members.findings().warn(members.at("invert"), "has no effect on a limit that is cloned");
    return LimitInvert::no;
  }
  if (!invert->is_boolean()) {
    members.findings().warn(members.at("invert"), "is neither true nor false, so this limit always fails");
    return LimitInvert::broken;
  }
  return invert->get<bool>() ? LimitInvert::yes : LimitInvert::no;
}

void warn_of_others(const Json& value, Members& members) {
  for (const auto& [name, ignored] : value.items()) {
    if (name == "name" || name == "description" || name == "type" || name == "data" || name == "clone" ||
        name == "invert") {
      continue;
    }
    members.findings().warn(members.at(name),
                            "'" + excerpt(name) + "' is not known in a limit and is ignored");
  }
}

std::optional<LimitData> data_of(const Cloneable& substance, Members& members, ScriptReader& scripts) {
  const auto pointer = members.at("data");
  const Json& wanted = *substance.type;
  if (wanted.is_string()) {
    const auto& type = wanted.get_ref<const std::string&>();
    if (auto data = read_limit_data(type, *substance.data, pointer, members.findings(), scripts)) return data;
    const auto known = limit_types();
    if (std::find(known.begin(), known.end(), type) != known.end()) return std::nullopt;
  }
  if (wanted == "test") {
    members.findings().refuse(
        members.at("type"),
        "limits of type 'test' exist no more; use type 'jq' with a script that looks at "
        ".test.type and .test.spec");
    return std::nullopt;
  }
  const auto known = limit_types();
  const auto meant = wanted.is_string() ? json::nearest_names(wanted.get_ref<const std::string&>(), known)
                                        : std::vector<std::string>{};
  members.findings().refuse(
      members.at("type"),
      "there is no type of limit " + json::describe(wanted) + "; " +
          (meant.empty() ? "there are " + join(known, ", ") : "did you mean '" + meant.front() + "'?"));
  return std::nullopt;
}

}  // namespace

std::optional<Limit> read_limit(const Json& value, const std::string& pointer, Findings& findings,
                                ScriptReader& scripts, Cloneables& earlier, std::string& name) {
  const auto problems_before = findings.problems.size();
  Members members(value, pointer, "a limit", findings);
  if (!members.is_object()) return std::nullopt;
  name = name_in(members);
  const bool is_clone = value.contains("clone");
  const auto invert = invert_in(members, is_clone);
  warn_of_others(value, members);
  const auto substance = substance_of(members, earlier);
  if (!substance) return std::nullopt;
  const auto plain_name = json::find_string(value, "name");
  if (plain_name) earlier.emplace(*plain_name, *substance);
  auto data = data_of(*substance, members, scripts);
  if (!data || findings.problems.size() != problems_before) return std::nullopt;
  return Limit{plain_name.value_or(name), substance->type->get<std::string>(), invert, std::move(*data)};
}

}  // namespace pscheduler::limits
