#include "app/config/limits_check.hpp"

#include <fstream>
#include <sstream>

#include "pscheduler/limits/load.hpp"

namespace pscheduler::app {

ConfigProblems check_limits(const Config& config) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(config.limits, absent)) return {};
  const std::ifstream file(config.limits);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return {"limits: '" + config.limits.string() + "' cannot be read"};
  if (limits::url_in(text.str())) return {};
  ConfigProblems problems;
  const auto loaded = limits::load(text.str(), limits::Strictness::as_before);
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
