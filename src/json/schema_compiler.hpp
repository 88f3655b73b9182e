#pragma once
// Turns a schema document into nodes. Keyword factories, one for each keyword or group of them, are in
// schema_keywords.hpp; they read their part of the schema through this class.

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "schema_node.hpp"

namespace pscheduler::json {

class SchemaCompiler {
 public:
  explicit SchemaCompiler(CompiledSchema& compiled) : compiled_(compiled) {}

  Result<void> run(const Json& document);

  // For keyword factories. Each records the first mistake and answers something harmless.

  // The node of a subschema: the value of keyword `name`, or one below it.
  const Node* subschema(const Json& schema, const std::string& name);
  std::vector<const Node*> subschemas(const Json& schema, const std::string& name);
  std::map<std::string, const Node*, std::less<>> named_subschemas(const Json& schema,
                                                                   const std::string& name);
  // The value of a keyword, when it is there and of the right type.
  const Json* number(const Json& schema, const std::string& name);
  std::optional<std::size_t> count(const Json& schema, const std::string& name);
  const Json* array(const Json& schema, const std::string& name);
  const Json* object(const Json& schema, const std::string& name);
  const std::string* string(const Json& schema, const std::string& name);
  std::optional<std::vector<std::string>> names(const Json& schema, const std::string& name);
  std::optional<std::vector<std::string>> names(const Json& array);
  const Node* node(const Json& schema, std::string pointer);
  [[nodiscard]] std::string below(const std::string& name) const;
  void refuse(const std::string& name, const std::string& message);

 private:
  struct Pending {
    const Json* schema;
    const Json* document;
    Node* node;
    std::string pointer;
  };

  void compile(const Pending& pending);
  const Node* reference(const std::string& target);

  CompiledSchema& compiled_;
  std::map<const Json*, const Node*> known_;
  std::deque<Pending> pending_;
  const Json* document_ = nullptr;  // that the current subschema belongs to
  std::string pointer_;             // of the current subschema
  std::optional<std::string> mistake_;
};

}  // namespace pscheduler::json
