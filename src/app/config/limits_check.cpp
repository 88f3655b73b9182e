#include "app/config/limits_check.hpp"

#include "pscheduler/adapters/system/read_file.hpp"
#include "pscheduler/limits/load.hpp"

namespace pscheduler::app {

ConfigProblems check_limits(const Config& config) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(config.limits, absent)) return {};
  const auto text = adapters::read_file(config.limits, limits::kFileBytesMax);
  if (!text) return {"limits: " + text.error().message};
  if (limits::url_in(*text)) return {};
  ConfigProblems problems;
  const auto loaded = limits::load(*text, limits::Strictness::as_before);
  for (const auto& problem : loaded.problems) {
    std::string line = config.limits.string();
    if (problem.place) {
      line += ":" + std::to_string(problem.place->line) + ":" + std::to_string(problem.place->column);
    }
    problems.push_back(line + ": " + (problem.pointer.empty() ? "" : problem.pointer + ": ") +
                       problem.message);
  }
  return problems;
}

}  // namespace pscheduler::app
