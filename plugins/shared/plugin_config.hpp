#pragma once
// What an operator sets for a tool in /etc/pscheduler/tool/<tool>.conf, or for an archiver in
// /etc/pscheduler/archiver/<archiver>.conf: a section of the plug-in's name with lines "key = value" (spec
// tools.md 5). The file need not exist.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

class PluginConfig {
 public:
  // From the folder named by the environment's PSCHEDULER_TOOL_CONFIG or PSCHEDULER_ARCHIVER_CONFIG, else
  // the one above. Errors: a file that is there but cannot be read, or a line that says nothing.
  static Result<PluginConfig> of_tool(std::string_view tool);
  static Result<PluginConfig> of_archiver(std::string_view archiver);
  static Result<PluginConfig> parse(std::string_view plugin, std::string_view text, std::string file);

  [[nodiscard]] const std::string& file() const { return file_; }

  // A misspelt key would leave what it forbids allowed. Errors: invalid_argument, which names it.
  [[nodiscard]] Result<void> check_keys(const std::vector<std::string_view>& known) const;

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
