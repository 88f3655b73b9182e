#pragma once
// The words of a measurement program's command, many of them straight from a spec.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// Seconds as programs read them: "1", "0.25".
std::string seconds_text(Duration length);

class CommandWords {
 public:
  CommandWords(const Json& spec, std::string program) : spec_(spec), words_{std::move(program)} {}

  CommandWords& add(std::string word);
  CommandWords& add(std::string option, std::string value);
  // "-4" or "-6" when there is a family.
  CommandWords& add_family(std::optional<sdk::IpFamily> family);
  // The option and the number, if the spec has the field.
  CommandWords& add_integer(std::string option, std::string_view field);

  [[nodiscard]] std::vector<std::string> take() { return std::move(words_); }

 private:
  const Json& spec_;
  std::vector<std::string> words_;
};

}  // namespace pscheduler::plugins
