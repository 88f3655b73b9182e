#pragma once
// Text with places for what is in a record: {run} and {task} are the UUIDs, {/test/type} is what this JSON
// pointer names in the result. {{ and }} are braces.

#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

class HttpTemplate {
 public:
  // Errors say what is wrong with the text without quoting it, to follow its name: "has a '{' …".
  static Result<HttpTemplate> parse(std::string_view text);

  enum class For { url, header };  // whether values are percent-encoded

  // A value must be a text, a number or a Boolean. Errors name the place.
  [[nodiscard]] Result<std::string> fill(const Json& record, For purpose) const;

  // With each place filled with an "x".
  [[nodiscard]] std::string sample() const;

 private:
  struct Part {
    std::string text;
    bool is_place = false;  // `text` is what stands between the braces
  };

  std::vector<Part> parts_;
};

}  // namespace pscheduler::plugins
