#include "pscheduler/json/schema.hpp"

#include <array>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"
#include "schema_node.hpp"

namespace pscheduler::json {
namespace {

// Places that are written by people are far shorter; names of members may be of any length.
constexpr std::size_t kShownPointerMax = 400;

}  // namespace

const std::vector<KeywordFactory>& keyword_factories() {
  static const std::vector<KeywordFactory> factories = [] {
    std::vector<KeywordFactory> all;
    for (const auto group : {value_keywords, number_keywords, string_keywords, array_keywords,
                             object_keywords, logic_keywords}) {
      const auto some = group();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return factories;
}

std::string to_text(const Violation& violation) {
  const std::string place = violation.pointer.empty() ? "/" : excerpt(violation.pointer, kShownPointerMax);
  return "At " + place + ": " + violation.message;
}

Result<Schema> Schema::compile(const Json& schema) {
  auto compiled = std::make_shared<CompiledSchema>();
  SchemaCompiler compiler(*compiled);
  PSCHEDULER_TRY(compiler.run(schema));
  return Schema(std::move(compiled));
}

Result<Schema> Schema::of_type(std::string_view name) {
  auto schema = compile(Json{{"$ref", "#/pScheduler/" + std::string(name)}});
  if (!schema) return ::pscheduler::fail(Errc::not_found, "there is no JSON type '" + excerpt(name) + "'");
  return schema;
}

std::optional<Violation> Schema::check(const Json& instance) const {
  return Checker().run(*compiled_->root, instance);
}

}  // namespace pscheduler::json
