#pragma once
// JSON Schema draft-7 as plug-ins and the API need it, with messages that help a person.
//
// Keywords: type, enum, const, properties, patternProperties, additionalProperties, required, propertyNames,
// dependencies, min/maxProperties, items (both forms), additionalItems, contains, min/maxItems, uniqueItems,
// minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, min/maxLength, pattern, format
// (formats.hpp), allOf, anyOf, oneOf, not, if/then/else, $ref (within the document, or "#/pScheduler/<Name>"
// into the dictionary; its neighbours are ignored). Others are ignored, as draft-7 wants. One of our own:
// "x-message" is said instead of the built-in message when the value itself does not fit: "is not a duration,
// such as PT30S".
//
// Checking is bounded in depth, in steps and in the cost of regular expressions: what hits a bound is a
// violation, never a pass. Compiled schemas are immutable and cheap to copy; any thread may use them.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// The first thing wrong with a document. Values of private members ('_…') are never quoted.
struct Violation {
  std::string pointer;       // JSON pointer to what is wrong; "" is the document
  std::string message;       // names the value and what is allowed
  std::string_view keyword;  // the schema's keyword that refused it
};

// "At /path: message"; the document itself is "/".
std::string to_text(const Violation& violation);

class CompiledSchema;

class Schema {
 public:
  // Errors: invalid_argument, naming the place in the schema.
  static Result<Schema> compile(const Json& schema);

  // The schema of a type in the dictionary, e.g. "Duration". Errors: not_found.
  static Result<Schema> of_type(std::string_view name);

  [[nodiscard]] std::optional<Violation> check(const Json& instance) const;

 private:
  explicit Schema(std::shared_ptr<const CompiledSchema> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const CompiledSchema> compiled_;
};

}  // namespace pscheduler::json
