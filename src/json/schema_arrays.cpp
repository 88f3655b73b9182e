// items, additionalItems, contains, minItems, maxItems, uniqueItems.

#include <algorithm>

#include "compare.hpp"
#include "pscheduler/json/access.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"

namespace pscheduler::json {
namespace {

std::string items(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " item" : " items");
}

Keyword max_items_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto most = compiler.count(schema, "maxItems");
  if (!most) return {};
  return [most = *most](const Json& value, Checker& checker) {
    if (!value.is_array() || value.size() <= most) return true;
    return checker.fail("maxItems", [&] {
      return "has " + items(value.size()) + ", at most " + std::to_string(most) + " are allowed";
    });
  };
}

Keyword min_items_keyword(const Json& schema, SchemaCompiler& compiler) {
  const auto least = compiler.count(schema, "minItems");
  if (!least) return {};
  return [least = *least](const Json& value, Checker& checker) {
    if (!value.is_array() || value.size() >= least) return true;
    return checker.fail("minItems", [&] {
      return "has " + items(value.size()) + ", at least " + std::to_string(least) + " are needed";
    });
  };
}

Keyword unique_items_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const wanted = find(schema, "uniqueItems");
  if (wanted == nullptr || !wanted->is_boolean()) {
    if (wanted != nullptr) compiler.refuse("uniqueItems", "must be true or false, not " + describe(*wanted));
    return {};
  }
  if (!wanted->get<bool>()) return {};
  return [](const Json& value, Checker& checker) {
    if (!value.is_array()) return true;
    std::vector<const Json*> sorted;
    for (const Json& item : value) sorted.push_back(&item);
    std::sort(sorted.begin(), sorted.end(), [](const Json* l, const Json* r) { return compare(*l, *r) < 0; });
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end(),
                                          [](const Json* l, const Json* r) { return compare(*l, *r) == 0; });
    if (twice == sorted.end()) return true;
    return checker.fail("uniqueItems", [&] {
      return "has " + checker.shown(**twice) + " twice; each item may be there once";
    });
  };
}

// items as one schema for all.
Keyword all_items(const Node* node) {
  return [node](const Json& value, Checker& checker) {
    if (!value.is_array()) return true;
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (!checker.check_item(*node, i, value[i])) return false;
    }
    return true;
  };
}

// items as one schema for each place, with additionalItems for those behind.
Keyword placed_items(std::vector<const Node*> nodes, const Node* additional) {
  return [nodes = std::move(nodes), additional](const Json& value, Checker& checker) {
    if (!value.is_array()) return true;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Node* const node = i < nodes.size() ? nodes[i] : additional;
      if (node == nullptr) return true;
      if (i >= nodes.size() && node->refuses_all) {
        return checker.fail("additionalItems", [&] {
          return "has " + items(value.size()) + ", at most " + std::to_string(nodes.size()) + " are allowed";
        });
      }
      if (!checker.check_item(*node, i, value[i])) return false;
    }
    return true;
  };
}

Keyword items_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const wanted = find(schema, "items");
  if (wanted == nullptr) return {};
  if (!wanted->is_array()) return all_items(compiler.subschema(schema, "items"));
  return placed_items(compiler.subschemas(schema, "items"), compiler.subschema(schema, "additionalItems"));
}

Keyword contains_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Node* const node = compiler.subschema(schema, "contains");
  if (node == nullptr) return {};
  return [node](const Json& value, Checker& checker) {
    if (!value.is_array()) return true;
    const auto fits = [&](const Json& item) { return checker.accepts(*node, item); };
    if (std::any_of(value.begin(), value.end(), fits)) return true;
    return checker.fail("contains", [&] { return "has no item of the kind that must be among them"; });
  };
}

}  // namespace

std::vector<KeywordFactory> array_keywords() {
  return {max_items_keyword, min_items_keyword, items_keyword, contains_keyword, unique_items_keyword};
}

}  // namespace pscheduler::json
