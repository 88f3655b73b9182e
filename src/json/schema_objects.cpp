// properties, patternProperties, additionalProperties, required, propertyNames, dependencies,
// min/maxProperties.

#include <algorithm>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/nearest.hpp"
#include "pscheduler/json/regex.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"

namespace pscheduler::json {
namespace {

constexpr std::size_t kShownNamesMax = 24;

std::string in_quotes(std::string_view name) {
  return "'" + excerpt(name) + "'";
}

std::string list(const std::vector<std::string>& names, std::string_view separator) {
  std::vector<std::string> said;
  for (const auto& name : names) {
    if (said.size() == kShownNamesMax) {
      said.emplace_back("…");
      break;
    }
    said.push_back(in_quotes(name));
  }
  return join(said, separator);
}

struct Pattern {
  Regex regex;
  const Node* node;
};

// properties, patternProperties and additionalProperties, which share the members among them.
struct Members {
  std::map<std::string, const Node*, std::less<>> known;
  std::vector<std::string> telling;  // names whose value tells apart the forms a document may have
  std::vector<Pattern> patterns;
  const Node* additional = nullptr;  // nullptr: anything goes

  bool operator()(const Json& value, Checker& checker) const {
    if (!value.is_object()) return true;
    for (const auto& name : telling) {
      const auto member = value.find(name);
      if (member != value.end() && !checker.check_member(*known.at(name), name, *member)) return false;
    }
    return known_fit(value, checker) && patterns_and_rest_fit(value, checker);
  }

 private:
  bool known_fit(const Json& value, Checker& checker) const {
    for (auto member = value.begin(); member != value.end(); ++member) {
      const auto node = known.find(member.key());
      if (node == known.end()) continue;
      if (!checker.check_member(*node->second, member.key(), *member)) return false;
    }
    return true;
  }

  bool patterns_and_rest_fit(const Json& value, Checker& checker) const {
    if (patterns.empty() && additional == nullptr) return true;
    for (auto member = value.begin(); member != value.end(); ++member) {
      bool covered = known.contains(member.key());
      for (const Pattern& pattern : patterns) {
        const auto match = pattern.regex.match(member.key());
        if (match == Regex::Match::no) continue;
        if (match == Regex::Match::limit) {
          return checker.give_up("the member name " + in_quotes(member.key()) + " is too long");
        }
        covered = true;
        if (!checker.check_member(*pattern.node, member.key(), *member)) return false;
      }
      if (covered || additional == nullptr) continue;
      if (additional->refuses_all) return unexpected(member.key(), checker);
      if (!checker.check_member(*additional, member.key(), *member)) return false;
    }
    return true;
  }

  bool unexpected(const std::string& name, Checker& checker) const {
    return checker.fail_member(name, "additionalProperties", [&] {
      std::vector<std::string> names;
      for (const auto& [known_name, node] : known) names.push_back(known_name);
      const auto near = nearest_names(name, names);
      std::string message = "unexpected member " + in_quotes(name);
      if (!near.empty()) return message + "; did you mean " + list(near, " or ") + "?";
      if (names.empty()) return message;
      return message + "; allowed are " + list(names, ", ");
    });
  }
};

bool tells_forms_apart(const Json& schema) {
  return find(schema, "const") != nullptr || find(schema, "enum") != nullptr;
}

Keyword members_keyword(const Json& schema, SchemaCompiler& compiler) {
  Members members;
  members.known = compiler.named_subschemas(schema, "properties");
  members.additional = compiler.subschema(schema, "additionalProperties");
  if (const Json* const properties = find_object(schema, "properties")) {
    for (const auto& property : properties->items()) {
      if (tells_forms_apart(property.value())) members.telling.push_back(property.key());
    }
  }
  for (const auto& [pattern, node] : compiler.named_subschemas(schema, "patternProperties")) {
    auto regex = Regex::compile(pattern);
    if (regex) {
      members.patterns.push_back({*regex, node});
    } else {
      compiler.refuse("patternProperties", regex.error().message);
    }
  }
  if (members.known.empty() && members.patterns.empty() && members.additional == nullptr) return {};
  return members;
}

Keyword required_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto names = compiler.names(schema, "required");
  if (!names) return {};
  return [names = *names](const Json& value, Checker& checker) {
    if (!value.is_object()) return true;
    for (const auto& name : names) {
      if (value.contains(name)) continue;
      return checker.fail("required", [&] { return "the member " + in_quotes(name) + " is missing"; });
    }
    return true;
  };
}

Keyword property_names_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Node* const node = compiler.subschema(schema, "propertyNames");
  if (node == nullptr) return {};
  return [node](const Json& value, Checker& checker) {
    if (!value.is_object()) return true;
    for (auto member = value.begin(); member != value.end(); ++member) {
      const Json name = member.key();
      if (checker.accepts(*node, name)) continue;
      return checker.fail_member(member.key(), "propertyNames", [&] {
        const auto reason = checker.explain(*node, name);
        return "the member name " + in_quotes(member.key()) + " is not allowed" +
               (reason ? ": " + reason->message : "");
      });
    }
    return true;
  };
}

struct Dependency {
  std::string name;
  std::vector<std::string> needs;
  const Node* node = nullptr;
};

bool dependency_holds(const Dependency& dependency, const Json& value, Checker& checker) {
  if (!value.contains(dependency.name)) return true;
  for (const auto& need : dependency.needs) {
    if (value.contains(need)) continue;
    return checker.fail("dependencies", [&] {
      return "the member " + in_quotes(dependency.name) + " needs " + in_quotes(need) + " beside it";
    });
  }
  return dependency.node == nullptr || checker.check(*dependency.node, value);
}

Keyword dependencies_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const wanted = compiler.object(schema, "dependencies");
  if (wanted == nullptr) return {};
  std::vector<Dependency> dependencies;
  for (const auto& member : wanted->items()) {
    Dependency dependency{member.key(), {}, nullptr};
    if (!member.value().is_array()) {
      dependency.node = compiler.node(member.value(), compiler.below("dependencies"));
    } else if (auto names = compiler.names(member.value())) {
      dependency.needs = std::move(*names);
    } else {
      compiler.refuse("dependencies", in_quotes(member.key()) + " must be an array of member names");
    }
    dependencies.push_back(std::move(dependency));
  }
  return [dependencies](const Json& value, Checker& checker) {
    if (!value.is_object()) return true;
    return std::all_of(dependencies.begin(), dependencies.end(), [&](const Dependency& dependency) {
      return dependency_holds(dependency, value, checker);
    });
  };
}

Keyword max_properties_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto most = compiler.count(schema, "maxProperties");
  if (!most) return {};
  return [most = *most](const Json& value, Checker& checker) {
    if (!value.is_object() || value.size() <= most) return true;
    return checker.fail("maxProperties", [&] {
      return "has " + std::to_string(value.size()) + " members, at most " + std::to_string(most) +
             " are allowed";
    });
  };
}

Keyword min_properties_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto least = compiler.count(schema, "minProperties");
  if (!least) return {};
  return [least = *least](const Json& value, Checker& checker) {
    if (!value.is_object() || value.size() >= least) return true;
    return checker.fail("minProperties", [&] {
      return "has " + std::to_string(value.size()) + " members, at least " + std::to_string(least) +
             " are needed";
    });
  };
}

}  // namespace

std::vector<KeywordFactory> object_keywords() {
  return {max_properties_keyword, members_keyword,      property_names_keyword,
          required_keyword,       dependencies_keyword, min_properties_keyword};
}

}  // namespace pscheduler::json
