// allOf, anyOf, oneOf, not, if/then/else.

#include <algorithm>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"

namespace pscheduler::json {
namespace {

constexpr std::size_t kShownFormsMax = 3;

// How near a document came to a form it does not have; larger is nearer. A form of another type, or one whose
// telling member (schema, type) has another value, was hardly meant.
std::size_t nearness(const Violation& violation, std::size_t own_depth) {
  const std::size_t depth = pointer_depth(violation.pointer) - own_depth;
  const bool telling = violation.keyword == "const" || violation.keyword == "enum";
  if ((violation.keyword == "type" && depth == 0) || (telling && depth <= 1)) return 0;
  if (violation.keyword == "required" && depth == 0) return 1;
  if (violation.keyword == "additionalProperties" && depth == 1) return 2;
  return 3 + depth;
}

// Why none of the forms fits: the violation of the nearest, or all of them when the document is like none.
bool none_fits(const std::vector<const Node*>& forms, std::string_view keyword, const Json& value,
               Checker& checker) {
  if (!checker.explaining()) return false;
  std::optional<Violation> best;
  std::size_t best_nearness = 0;
  std::vector<std::string> messages;
  bool same_place = true;
  for (const Node* form : forms) {
    auto violation = checker.explain(*form, value);
    if (!violation) continue;
    if (std::find(messages.begin(), messages.end(), violation->message) == messages.end()) {
      messages.push_back(violation->message);
    }
    const std::size_t near = nearness(*violation, checker.depth());
    same_place = same_place && (!best || best->pointer == violation->pointer);
    if (best && near <= best_nearness) continue;
    best_nearness = near;
    best = std::move(violation);
  }
  if (!best) return checker.fail(keyword, [&] { return checker.shown(value) + " is not allowed here"; });
  if (best_nearness > 0 || messages.size() == 1 || !same_place) return checker.fail(std::move(*best));
  if (messages.size() > kShownFormsMax) messages.resize(kShownFormsMax);
  best->message = join(messages, ", or ");
  best->keyword = keyword;
  return checker.fail(std::move(*best));
}

Keyword all_of_keyword(const Json& schema, SchemaCompiler& compiler) {
  auto parts = compiler.subschemas(schema, "allOf");
  if (parts.empty()) return {};
  return [parts = std::move(parts)](const Json& value, Checker& checker) {
    return std::all_of(parts.begin(), parts.end(),
                       [&](const Node* part) { return checker.check(*part, value); });
  };
}

Keyword any_of_keyword(const Json& schema, SchemaCompiler& compiler) {
  auto forms = compiler.subschemas(schema, "anyOf");
  if (forms.empty()) return {};
  return [forms = std::move(forms)](const Json& value, Checker& checker) {
    const auto fits = [&](const Node* form) { return checker.accepts(*form, value); };
    return std::any_of(forms.begin(), forms.end(), fits) || none_fits(forms, "anyOf", value, checker);
  };
}

Keyword one_of_keyword(const Json& schema, SchemaCompiler& compiler) {
  auto forms = compiler.subschemas(schema, "oneOf");
  if (forms.empty()) return {};
  return [forms = std::move(forms)](const Json& value, Checker& checker) {
    const auto fits = [&](const Node* form) { return checker.accepts(*form, value); };
    const auto first = std::find_if(forms.begin(), forms.end(), fits);
    if (first == forms.end()) return none_fits(forms, "oneOf", value, checker);
    if (std::find_if(first + 1, forms.end(), fits) == forms.end()) return true;
    return checker.fail("oneOf", [&] {
      return checker.shown(value) + " has more than one of the forms of which exactly one is allowed";
    });
  };
}

Keyword not_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Node* const excluded = compiler.subschema(schema, "not");
  if (excluded == nullptr) return {};
  return [excluded](const Json& value, Checker& checker) {
    if (!checker.accepts(*excluded, value)) return true;
    return checker.fail("not",
                        [&] { return checker.shown(value) + " is of a kind that is not allowed here"; });
  };
}

Keyword if_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Node* const condition = compiler.subschema(schema, "if");
  const Node* const then_node = compiler.subschema(schema, "then");
  const Node* const else_node = compiler.subschema(schema, "else");
  if (condition == nullptr) return {};
  return [=](const Json& value, Checker& checker) {
    const Node* const node = checker.accepts(*condition, value) ? then_node : else_node;
    return node == nullptr || checker.check(*node, value);
  };
}

}  // namespace

std::vector<KeywordFactory> logic_keywords() {
  return {if_keyword, all_of_keyword, any_of_keyword, one_of_keyword, not_keyword};
}

}  // namespace pscheduler::json
