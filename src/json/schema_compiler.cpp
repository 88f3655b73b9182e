#include "schema_compiler.hpp"

#include <charconv>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/dictionary.hpp"
#include "pscheduler/json/pointer.hpp"
#include "schema_keywords.hpp"

namespace pscheduler::json {
namespace {

constexpr std::string_view kDictionaryPrefix = "/pScheduler/";

// References are URI fragments: %25 is '%'.
std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned byte = 0;
    const std::string_view digits = text[at] == '%' ? text.substr(at + 1, 2) : std::string_view{};
    const char* const end = digits.data() + digits.size();
    if (digits.size() == 2 && std::from_chars(digits.data(), end, byte, 16).ptr == end) {
      decoded += static_cast<char>(byte);
      at += 2;
    } else {
      decoded += text[at];
    }
  }
  return decoded;
}

// Types of the dictionary are grouped by objects, and may be named as if '/' were part of the name.
std::string plain_slashes(std::string pointer) {
  for (std::size_t at = pointer.find("~1"); at != std::string::npos; at = pointer.find("~1")) {
    pointer.replace(at, 2, "/");
  }
  return pointer;
}

}  // namespace

Result<void> SchemaCompiler::run(const Json& document) {
  document_ = &document;
  compiled_.root = node(document, "");
  while (!pending_.empty() && !mistake_) {
    const Pending pending = std::move(pending_.front());
    pending_.pop_front();
    compile(pending);
  }
  if (mistake_) return ::pscheduler::fail(Errc::invalid_argument, *mistake_);
  return {};
}

const Node* SchemaCompiler::node(const Json& schema, std::string pointer) {
  const auto [place, fresh] = known_.try_emplace(&schema, nullptr);
  if (fresh) {
    Node& created = compiled_.nodes.emplace_back();
    place->second = &created;
    pending_.push_back({&schema, document_, &created, std::move(pointer)});
  }
  return place->second;
}

void SchemaCompiler::compile(const Pending& pending) {
  document_ = pending.document;
  pointer_ = pending.pointer;
  const Json& schema = *pending.schema;
  if (schema.is_boolean()) {
    pending.node->refuses_all = !schema.get<bool>();
    return;
  }
  if (!schema.is_object()) {
    mistake_ = "At " + (pointer_.empty() ? "/" : pointer_) + ": a schema is an object, true or false, not " +
               describe(schema);
    return;
  }
  if (const std::string* const target = string(schema, "$ref")) {
    pending.node->target = reference(*target);
    return;
  }
  if (const std::string* const message = string(schema, "x-message")) pending.node->message = *message;
  for (const KeywordFactory factory : keyword_factories()) {
    if (Keyword keyword = factory(schema, *this)) pending.node->keywords.push_back(std::move(keyword));
  }
}

const Node* SchemaCompiler::reference(const std::string& target) {
  if (!target.starts_with('#')) {
    refuse("$ref", "'" + excerpt(target) + "' is not within the document, where references must stay");
    return nullptr;
  }
  std::string pointer = percent_decode(std::string_view(target).substr(1));
  const bool own = !pointer.starts_with(kDictionaryPrefix) || find(*document_, "pScheduler") != nullptr;
  const Json* const document = own && document_ != &dictionary() ? document_ : &dictionary();
  if (document == &dictionary()) pointer = plain_slashes(std::move(pointer));
  const Json* const schema = resolve_pointer(*document, pointer);
  if (schema == nullptr) {
    refuse("$ref", "'" + excerpt(target) + "' does not exist");
    return nullptr;
  }
  const Json* const outer = std::exchange(document_, document);
  const Node* const found = node(*schema, pointer);
  document_ = outer;
  return found;
}

std::string SchemaCompiler::below(const std::string& name) const {
  std::string pointer = pointer_;
  append_step(pointer, name);
  return pointer;
}

void SchemaCompiler::refuse(const std::string& name, const std::string& message) {
  if (!mistake_) mistake_ = "At " + below(name) + ": " + message;
}

const Node* SchemaCompiler::subschema(const Json& schema, const std::string& name) {
  const Json* const found = find(schema, name);
  return found == nullptr ? nullptr : node(*found, below(name));
}

std::vector<const Node*> SchemaCompiler::subschemas(const Json& schema, const std::string& name) {
  std::vector<const Node*> nodes;
  const Json* const list = array(schema, name);
  if (list == nullptr) return nodes;
  for (std::size_t i = 0; i < list->size(); ++i) {
    std::string pointer = below(name);
    append_step(pointer, i);
    nodes.push_back(node((*list)[i], std::move(pointer)));
  }
  return nodes;
}

std::map<std::string, const Node*, std::less<>> SchemaCompiler::named_subschemas(const Json& schema,
                                                                                 const std::string& name) {
  std::map<std::string, const Node*, std::less<>> nodes;
  const Json* const members = object(schema, name);
  if (members == nullptr) return nodes;
  for (const auto& member : members->items()) {
    std::string pointer = below(name);
    append_step(pointer, member.key());
    nodes[member.key()] = node(member.value(), std::move(pointer));
  }
  return nodes;
}

const Json* SchemaCompiler::number(const Json& schema, const std::string& name) {
  const Json* const value = find(schema, name);
  if (value == nullptr || value->is_number()) return value;
  refuse(name, "must be a number, not " + describe(*value));
  return nullptr;
}

std::optional<std::size_t> SchemaCompiler::count(const Json& schema, const std::string& name) {
  const Json* const value = find(schema, name);
  if (value == nullptr) return std::nullopt;
  const auto number = as_integer(*value);
  if (number && *number >= 0) return static_cast<std::size_t>(*number);
  refuse(name, "must be an integer from 0 on, not " + describe(*value));
  return std::nullopt;
}

const Json* SchemaCompiler::array(const Json& schema, const std::string& name) {
  const Json* const value = find(schema, name);
  if (value == nullptr || value->is_array()) return value;
  refuse(name, "must be an array, not " + describe(*value));
  return nullptr;
}

const Json* SchemaCompiler::object(const Json& schema, const std::string& name) {
  const Json* const value = find(schema, name);
  if (value == nullptr || value->is_object()) return value;
  refuse(name, "must be an object, not " + describe(*value));
  return nullptr;
}

const std::string* SchemaCompiler::string(const Json& schema, const std::string& name) {
  const Json* const value = find(schema, name);
  if (value == nullptr) return nullptr;
  if (value->is_string()) return value->get_ptr<const std::string*>();
  refuse(name, "must be a string, not " + describe(*value));
  return nullptr;
}

std::optional<std::vector<std::string>> SchemaCompiler::names(const Json& list) {
  std::vector<std::string> names;
  for (const Json& item : list) {
    if (!item.is_string()) return std::nullopt;
    names.push_back(item.get_ref<const std::string&>());
  }
  return names;
}

std::optional<std::vector<std::string>> SchemaCompiler::names(const Json& schema, const std::string& name) {
  const Json* const list = array(schema, name);
  if (list == nullptr) return std::nullopt;
  auto found = names(*list);
  if (!found) refuse(name, "must be an array of member names");
  return found;
}

}  // namespace pscheduler::json
