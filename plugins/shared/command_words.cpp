#include "shared/command_words.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::plugins {

std::string seconds_text(Duration length) {
  return fmt::format("{}", static_cast<double>(length.count()) / 1e6);
}

CommandWords& CommandWords::add(std::string word) {
  words_.push_back(std::move(word));
  return *this;
}

CommandWords& CommandWords::add(std::string option, std::string value) {
  words_.push_back(std::move(option));
  words_.push_back(std::move(value));
  return *this;
}

CommandWords& CommandWords::add_family(std::optional<sdk::IpFamily> family) {
  if (family) words_.emplace_back(*family == sdk::IpFamily::v6 ? "-6" : "-4");
  return *this;
}

CommandWords& CommandWords::add_integer(std::string option, std::string_view field) {
  if (const auto value = json::find_integer(spec_, field)) add(std::move(option), std::to_string(*value));
  return *this;
}

}  // namespace pscheduler::plugins
