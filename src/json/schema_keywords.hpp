#pragma once
// The keywords of draft-7, each a factory: given a schema it answers the check, or nothing when the schema
// does not use it. Neighbours that only make sense together (items and additionalItems) share a factory.

#include <vector>

#include "schema_node.hpp"

namespace pscheduler::json {

class SchemaCompiler;

using KeywordFactory = Keyword (*)(const Json& schema, SchemaCompiler& compiler);

// All of them, in the order in which a value is checked: what it is before how large it is.
const std::vector<KeywordFactory>& keyword_factories();

// What a group of keywords contributes.
std::vector<KeywordFactory> value_keywords();   // type, enum, const
std::vector<KeywordFactory> number_keywords();  // minimum … multipleOf
std::vector<KeywordFactory> string_keywords();  // minLength … format
std::vector<KeywordFactory> array_keywords();   // items … uniqueItems
std::vector<KeywordFactory> object_keywords();  // properties … dependencies
std::vector<KeywordFactory> logic_keywords();   // allOf … if

}  // namespace pscheduler::json
