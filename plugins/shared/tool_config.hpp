#pragma once
// What an operator sets for a tool in /etc/pscheduler/tool/<tool>.conf: a section of the tool's name with
// lines "key = value" (spec tools.md 5). The file need not exist.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

class ToolConfig {
 public:
  // From the folder named by the environment's PSCHEDULER_TOOL_CONFIG, else /etc/pscheduler/tool. Errors: a
  // file that is there but cannot be read, or a line that says nothing.
  static Result<ToolConfig> load(std::string_view tool);
  static Result<ToolConfig> parse(std::string_view tool, std::string_view text, std::string file);

  [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise) const;
  [[nodiscard]] Result<std::int64_t> number(std::string_view key, std::int64_t otherwise, std::int64_t least,
                                            std::int64_t most) const;
  [[nodiscard]] Result<bool> flag(std::string_view key, bool otherwise) const;  // yes or no
  [[nodiscard]] Result<int> port(std::string_view key, int otherwise) const;

  // A sentence that says what to do when the program is not where it should be, else empty.
  [[nodiscard]] std::string trouble_with_program(std::string_view key, const std::string& program,
                                                 std::string_view package) const;

 private:
  std::string file_;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace pscheduler::plugins
