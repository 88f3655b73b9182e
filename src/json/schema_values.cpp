// type, enum, const.

#include <algorithm>
#include <array>
#include <cstdint>

#include "compare.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"

namespace pscheduler::json {
namespace {

constexpr std::size_t kShownChoicesMax = 20;

using TypeCheck = bool (*)(const Json& value);

struct Type {
  std::string_view name;
  std::string_view said;
  TypeCheck check;
};

constexpr std::array kTypes{
    Type{"null", "null", [](const Json& value) { return value.is_null(); }},
    Type{"boolean", "true or false", [](const Json& value) { return value.is_boolean(); }},
    Type{"integer", "an integer", [](const Json& value) { return is_integer(value); }},
    Type{"number", "a number", [](const Json& value) { return value.is_number(); }},
    Type{"string", "a string", [](const Json& value) { return value.is_string(); }},
    Type{"array", "an array", [](const Json& value) { return value.is_array(); }},
    Type{"object", "an object", [](const Json& value) { return value.is_object(); }},
};

const Type* find_type(const Json& name) {
  if (!name.is_string()) return nullptr;
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [&](const Type& type) {
    return name.get_ref<const std::string&>() == type.name;
  });
  return found == kTypes.end() ? nullptr : &*found;
}

Keyword type_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const wanted = find(schema, "type");
  if (wanted == nullptr) return {};
  std::vector<const Type*> types;
  for (const Json& name : wanted->is_array() ? *wanted : Json::array({*wanted})) {
    const Type* const type = find_type(name);
    if (type == nullptr) {
      compiler.refuse("type", describe(name) + " is no JSON type");
      return {};
    }
    types.push_back(type);
  }
  return [types](const Json& value, Checker& checker) {
    if (std::any_of(types.begin(), types.end(), [&](const Type* type) { return type->check(value); }))
      return true;
    return checker.fail("type", [&] {
      std::vector<std::string> said;
      for (const Type* type : types) said.emplace_back(type->said);
      return "must be " + join(said, " or ") + ", not " + checker.shown(value);
    });
  };
}

Keyword enum_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const choices = compiler.array(schema, "enum");
  if (choices == nullptr) return {};
  return [choices = *choices](const Json& value, Checker& checker) {
    const auto same = [&](const Json& choice) { return compare(choice, value) == 0; };
    if (std::any_of(choices.begin(), choices.end(), same)) return true;
    return checker.fail("enum", [&] {
      std::vector<std::string> said;
      for (const Json& choice : choices) {
        if (said.size() == kShownChoicesMax) break;
        said.push_back(describe(choice));
      }
      if (choices.size() > said.size()) said.emplace_back("…");
      const std::string allowed = said.size() == 1 ? " is not " : " is not one of ";
      return checker.shown(value) + allowed + join(said, ", ");
    });
  };
}

Keyword const_keyword(const Json& schema, SchemaCompiler&) {
  const Json* const wanted = find(schema, "const");
  if (wanted == nullptr) return {};
  return [wanted = *wanted](const Json& value, Checker& checker) {
    if (compare(wanted, value) == 0) return true;
    return checker.fail("const",
                        [&] { return "must be " + describe(wanted) + ", not " + checker.shown(value); });
  };
}

}  // namespace

std::vector<KeywordFactory> value_keywords() {
  return {type_keyword, const_keyword, enum_keyword};
}

}  // namespace pscheduler::json
