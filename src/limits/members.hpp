#pragma once
// Reading the members of an object of a limits file: what does not fit is noted with its place, and reading
// goes on, so that all problems are told at once.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/limits/problem.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::limits {

struct Findings {
  std::vector<Problem> problems;
  std::vector<Problem> warnings;

  void refuse(std::string pointer, std::string message) {
    problems.push_back({std::move(pointer), std::move(message), {}});
  }
  void warn(std::string pointer, std::string message) {
    warnings.push_back({std::move(pointer), std::move(message), {}});
  }
};

std::string below(std::string pointer, std::string_view name);
std::string below(std::string pointer, std::size_t index);

class Members {
 public:
  // `what` is how the object is called: "a classifier". A value that is no object is refused at once, and has
  // no members.
  Members(const Json& value, std::string pointer, std::string_view what, Findings& findings);

  [[nodiscard]] bool is_object() const { return object_ != nullptr; }
  [[nodiscard]] std::string at(std::string_view name) const { return below(pointer_, name); }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] Findings& findings() const { return findings_; }

  // A member of any type; nullptr when absent. The need_… refuse its absence.
  const Json* find(std::string_view name);
  const Json* need(std::string_view name);

  // Nothing when absent or of another type, which is refused.
  std::optional<std::string> find_text(std::string_view name);
  std::optional<std::string> need_text(std::string_view name);
  std::optional<bool> find_flag(std::string_view name);
  std::optional<bool> need_flag(std::string_view name);
  std::optional<Duration> find_duration(std::string_view name);
  std::optional<Duration> need_duration(std::string_view name);
  std::optional<std::string> find_host(std::string_view name);
  const Json* find_object(std::string_view name);
  const Json* find_array(std::string_view name);
  const Json* need_array(std::string_view name);
  std::vector<std::string> need_texts(std::string_view name);

  // Refuses all members that were not asked for so far.
  void refuse_others();

 private:
  std::optional<bool> flag(std::string_view name, const Json* value);
  std::optional<std::string> text(std::string_view name, const Json* value);
  std::optional<Duration> duration(std::string_view name, const Json* value);
  const Json* array(std::string_view name, const Json* value);

  const Json* object_ = nullptr;
  std::string pointer_;
  std::string what_;
  Findings& findings_;
  std::vector<std::string> known_;
};

}  // namespace pscheduler::limits
