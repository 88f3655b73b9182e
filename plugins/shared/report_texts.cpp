#include "shared/report_texts.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::plugins {

std::string host_text(const Json& entry) {
  const auto address = json::find_string(entry, "ip").value_or(std::string());
  const auto name = json::find_string(entry, "hostname");
  if (!name || *name == address) return address;
  return address.empty() ? *name : fmt::format("{} ({})", *name, address);
}

std::string error_text(std::string word) {
  for (auto& c : word) {
    if (c == '-') c = ' ';
  }
  if (!word.empty() && word[0] >= 'a' && word[0] <= 'z') word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

}  // namespace pscheduler::plugins
