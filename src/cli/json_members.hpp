#pragma once
// Reading members of documents that servers send: absent, null and of another type are all "nothing".

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/access.hpp"

namespace pscheduler::cli {

inline const Json* member(const Json& document, std::string_view name) {
  const Json* found = json::find(document, name);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

inline std::optional<std::string> text_member(const Json& document, std::string_view name) {
  return json::find_string(document, name);
}

inline std::string text_or(const Json& document, std::string_view name, std::string_view otherwise) {
  return text_member(document, name).value_or(std::string(otherwise));
}

// The words of a list; what is no text is one as it is written in JSON. Nothing for what is no list.
inline std::vector<std::string> words_of(const Json* list) {
  std::vector<std::string> words;
  if (list == nullptr || !list->is_array()) return words;
  for (const auto& word : *list) words.push_back(word.is_string() ? word.get<std::string>() : word.dump());
  return words;
}

inline bool flag_member(const Json& document, std::string_view name) {
  return json::find_bool(document, name).value_or(false);
}

}  // namespace pscheduler::cli
