#include "pscheduler/limits/load.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "limits/load_identifiers.hpp"
#include "limits/load_limits.hpp"
#include "limits/load_scripts.hpp"
#include "limits/members.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::limits {
namespace {

constexpr int kSchemaMax = 4;
constexpr int kSchemaWithRewrite = 2;
constexpr int kSchemaWithPriority = 3;
constexpr int kSchemaWithRequire = 4;

using Indexes = std::map<std::string, std::size_t>;

class Loader {
 public:
  explicit Loader(Strictness strictness) : scripts_(findings_, strictness) { rules_.strictness = strictness; }

  void run(const Json& file) {
    Members members(file, "", "a limits file", findings_);
    if (!members.is_object()) return;
    if (!read_schema(members)) return;
    const Json* identifiers = members.need_array("identifiers");
    const Json* classifiers = members.need_array("classifiers");
    const Json* limits = members.need_array("limits");
    const Json* applications = members.need_array("applications");
    if (schema_ >= kSchemaWithRewrite) read_transform(members, "rewrite", ScriptUse::rewrite, rules_.rewrite);
    if (schema_ >= kSchemaWithPriority)
      read_transform(members, "priority", ScriptUse::priority, rules_.priority);
    refuse_too_new(members);
    for (std::size_t i = 0; identifiers != nullptr && i < identifiers->size(); ++i)
      read_identifier_at(*identifiers, i);
    for (std::size_t i = 0; classifiers != nullptr && i < classifiers->size(); ++i)
      read_classifier(*classifiers, i);
    Cloneables cloneables;
    for (std::size_t i = 0; limits != nullptr && i < limits->size(); ++i)
      read_limit_at(*limits, i, cloneables);
    for (std::size_t i = 0; applications != nullptr && i < applications->size(); ++i)
      read_application(*applications, i);
  }

  Loaded take(std::string_view text) {
    Loaded loaded;
    loaded.problems = std::move(findings_.problems);
    loaded.warnings = std::move(findings_.warnings);
    place_problems(loaded.problems, text);
    place_problems(loaded.warnings, text);
    loaded.scripts = scripts_.take();
    if (loaded.problems.empty()) loaded.rules = std::make_shared<const Rules>(std::move(rules_));
    return loaded;
  }

 private:
  bool read_schema(Members& members) {
    const Json* schema = members.need("schema");
    if (schema == nullptr) return false;
    const auto number = json::as_integer(*schema);
    if (number && *number >= 1 && *number <= kSchemaMax) {
      schema_ = static_cast<int>(*number);
      return true;
    }
    findings_.refuse("/schema", "must be a number from 1 to " + std::to_string(kSchemaMax) + ", not " +
                                    json::describe(*schema));
    return false;
  }

  // What a later schema knows is refused like any other unknown member, but with the remedy.
  void refuse_too_new(Members& members) {
    const std::pair<const char*, int> later[] = {{"rewrite", kSchemaWithRewrite},
                                                 {"priority", kSchemaWithPriority}};
    for (const auto& [name, since] : later) {
      if (schema_ < since && members.find(name) != nullptr) {
        findings_.refuse(members.at(name), "needs \"schema\": " + std::to_string(since) + " or higher, not " +
                                               std::to_string(schema_));
      }
    }
    members.refuse_others();
  }

  void read_transform(Members& members, const char* name, ScriptUse use, std::optional<JqSpec>& transform) {
    const Json* value = members.find(name);
    if (value == nullptr) return;
    transform = scripts_.read(*value, members.at(name), use);
    if (transform && transform->output_raw) {
      findings_.warn(below(members.at(name), "output-raw"),
                     "makes the result unusable, so that everything is denied");
    }
  }

  void read_identifier_at(const Json& list, std::size_t i) {
    const auto pointer = below("/identifiers", i);
    std::string name;
    auto identifier = read_identifier(list[i], pointer, findings_, scripts_, name);
    if (json::find_string(list[i], "name"))
      note_name(name, "identifier", pointer, rules_.identifiers.size(), identifiers_);
    rules_.identifiers.push_back(identifier ? std::move(*identifier) : Identifier{});
  }

  void read_limit_at(const Json& list, std::size_t i, Cloneables& cloneables) {
    const auto pointer = below("/limits", i);
    std::string name;
    auto limit = read_limit(list[i], pointer, findings_, scripts_, cloneables, name);
    if (!name.empty()) note_name(name, "limit", pointer, rules_.limits.size(), limits_);
    if (limit) check_quota(*limit, pointer);
    rules_.limits.push_back(limit ? std::move(*limit) : Limit{});
  }

  void check_quota(const Limit& limit, const std::string& pointer) {
    const auto* quota = std::get_if<QuotaLimit>(&limit.data);
    if (quota == nullptr) return;
    if (limit.invert != LimitInvert::no)
      findings_.refuse(below(pointer, "invert"), "a quota cannot be inverted; leave it out");
    if (quota->per == QuotaLimit::Per::identifier)
      find_name(quota->identifier, "identifier", below(below(pointer, "data"), "identifier"), identifiers_);
  }

  void note_name(const std::string& name, std::string_view what, const std::string& pointer,
                 std::size_t index, Indexes& names) {
    if (names.emplace(name, index).second) return;
    findings_.refuse(below(pointer, "name"), "there is another " + std::string(what) + " " +
                                                 (what == "limit" ? name : "'" + excerpt(name) + "'") +
                                                 " before; give it a name of its own");
  }

  std::optional<std::size_t> find_name(const std::string& name, std::string_view what,
                                       const std::string& pointer, const Indexes& names) {
    const auto found = names.find(what == "limit" ? json::to_compact(Json(name)) : name);
    if (found != names.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [other, ignored] : names)
      known.push_back(what == "limit" ? std::string(trim_quotes(other)) : other);
    const auto meant = json::nearest_names(name, known);
    findings_.refuse(pointer, "there is no " + std::string(what) + " '" + excerpt(name) + "'" +
                                  (meant.empty() ? "" : "; did you mean '" + meant.front() + "'?"));
    return std::nullopt;
  }

  static std::string_view trim_quotes(std::string_view text) {
    return text.size() >= 2 && text.starts_with('"') ? text.substr(1, text.size() - 2) : text;
  }

  std::vector<std::size_t> indexes(const std::vector<std::string>& names, std::string_view what,
                                   const std::string& pointer, const Indexes& known, const Json& list) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!list[i].is_string()) continue;
      if (const auto index = find_name(names[i], what, below(pointer, i), known)) found.push_back(*index);
    }
    return found;
  }

  std::optional<Require> require_in(const Json* value, const std::string& pointer) {
    if (value == nullptr) return std::nullopt;
    for (const auto require : {Require::none, Require::one, Require::any, Require::all}) {
      if (value->is_string() && value->get_ref<const std::string&>() == name_of(require)) return require;
    }
    findings_.refuse(pointer, "must be none, one, any or all, not " + json::describe(*value));
    return std::nullopt;
  }

  void read_classifier(const Json& list, std::size_t i) {
    const auto pointer = below("/classifiers", i);
    Members members(list[i], pointer, "a classifier", findings_);
    Classifier classifier;
    const auto name = members.need_text("name");
    members.need_text("description");
    const auto names = members.need_texts("identifiers");
    const Json* require = members.find("require");
    if (require != nullptr && schema_ < kSchemaWithRequire) {
      findings_.refuse(members.at("require"), "needs \"schema\": 4, not " + std::to_string(schema_));
    } else {
      classifier.require = require_in(require, members.at("require")).value_or(Require::any);
    }
    members.refuse_others();
    if (const Json* identifiers = json::find_array(list[i], "identifiers")) {
      classifier.identifiers =
          indexes(names, "identifier", members.at("identifiers"), identifiers_, *identifiers);
    }
    if (name) note_name(*name, "classifier", pointer, rules_.classifiers.size(), classifiers_);
    classifier.name = name.value_or("");
    rules_.classifiers.push_back(std::move(classifier));
  }

  void read_application(const Json& list, std::size_t i) {
    Members members(list[i], below("/applications", i), "an application", findings_);
    Application application;
    application.description = members.find_text("description").value_or("");
    if (const auto classifier = members.find_text("classifier")) {
      application.classifier = find_name(*classifier, "classifier", members.at("classifier"), classifiers_);
    }
    application.stop_on_failure = members.find_flag("stop-on-failure").value_or(false);
    application.invert = members.find_flag("invert").value_or(false);
    const Json* apply = members.need_array("apply");
    members.refuse_others();
    for (std::size_t j = 0; apply != nullptr && j < apply->size(); ++j) {
      application.groups.push_back(read_group((*apply)[j], below(members.at("apply"), j)));
    }
    const auto has_quota = [this](const Group& group) { return this->has_quota(group); };
    if (application.invert && std::ranges::any_of(application.groups, has_quota)) {
      findings_.refuse(members.at("invert"),
                       "lets pass those who have used up the quota that is applied; leave it out");
    }
    rules_.applications.push_back(std::move(application));
  }

  [[nodiscard]] bool has_quota(const Group& group) const {
    return std::ranges::any_of(group.limits, [&](std::size_t limit) {
      return std::holds_alternative<QuotaLimit>(rules_.limits[limit].data);
    });
  }

  Group read_group(const Json& value, const std::string& pointer) {
    Members members(value, pointer, "a group of limits", findings_);
    Group group;
    group.require = require_in(members.need("require"), members.at("require")).value_or(Require::all);
    const auto names = members.need_texts("limits");
    members.refuse_others();
    if (const Json* list = json::find_array(value, "limits")) {
      group.limits = indexes(names, "limit", members.at("limits"), limits_, *list);
      if (list->empty() && (group.require == Require::any || group.require == Require::one)) {
        findings_.warn(members.at("limits"), "is empty, so the group is never met");
      }
    }
    if (group.require == Require::none && has_quota(group)) {
      findings_.refuse(
          members.at("require"),
          "lets pass those who have used up the quota among the limits; require all, any or one");
    }
    return group;
  }

  Findings findings_;
  ScriptReader scripts_;
  Rules rules_;
  int schema_ = 1;
  Indexes identifiers_;
  Indexes classifiers_;
  Indexes limits_;  // by their names as JSON text
};

// The reader puts the place in front of its message.
Problem problem_of(const Error& error) {
  return {"", "no JSON that can be read: " + error.message, {}};
}

}  // namespace

Loaded load(std::string_view text, Strictness strictness) {
  json::ReadOptions options;
  options.dialect = json::Dialect::limits;
  const auto file = json::read(text, options);
  Loader loader(strictness);
  if (!file) {
    Loaded loaded;
    loaded.problems.push_back(problem_of(file.error()));
    return loaded;
  }
  loader.run(*file);
  return loader.take(text);
}

std::optional<std::string> url_in(std::string_view text) {
  text = trim(text);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_letter(text.front())) return std::nullopt;
  const auto end = std::find_if(text.begin(), text.end(), [&](char c) {
    return !is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.';
  });
  if (end == text.end() || *end != ':') return std::nullopt;
  return std::string(text);
}

}  // namespace pscheduler::limits
