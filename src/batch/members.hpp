#pragma once
// Reading the members of a batch document with every problem noted instead of ending at the first.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/batch/document.hpp"
#include "pscheduler/batch/problem.hpp"

namespace pscheduler::batch {

// The members an object may have, each with the schema that first knew it.
using Members = std::vector<std::pair<std::string, int>>;

// `at` is the JSON pointer of the object looked into. What is of the wrong type is noted and as if absent.
class Reader {
 public:
  Reader(int schema, const Places& places) : schema_(schema), places_(places) {}

  [[nodiscard]] int schema() const { return schema_; }
  void refuse(const std::string& pointer, std::string message);

  void known_only(const Json& object, const std::string& at, const Members& members);
  const Json* required(const Json& object, const std::string& at, const std::string& name);
  bool flag(const Json& object, const std::string& at, const std::string& name, bool otherwise);
  std::optional<std::string> text(const Json& object, const std::string& at, const std::string& name);
  Duration duration(const Json& object, const std::string& at, const std::string& name, Duration otherwise);

  Problems problems() && { return std::move(problems_); }

 private:
  void refuse_member(const std::string& at, const std::string& name, std::string message);
  void note(const std::string& at, const std::string& pointer, std::string message);

  int schema_;
  const Places& places_;
  Problems problems_;
};

}  // namespace pscheduler::batch
