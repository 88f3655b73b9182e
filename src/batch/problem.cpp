#include "pscheduler/batch/problem.hpp"

namespace pscheduler::batch {
namespace {

constexpr std::size_t kShownMax = 50;  // nobody mends more in one go

}  // namespace

std::string to_text(const Problem& problem, std::string_view source) {
  std::string text(source);
  if (problem.location) {
    text += ":" + std::to_string(problem.location->line) + ":" + std::to_string(problem.location->column);
  }
  text += ": ";
  if (!problem.at.empty()) text += problem.at + ": ";
  return text + problem.message;
}

std::string to_text(const Problems& problems, std::string_view source) {
  std::string text;
  for (std::size_t i = 0; i < problems.size() && i < kShownMax; ++i) {
    text += to_text(problems[i], source) + "\n";
  }
  if (problems.size() > kShownMax) {
    text += std::string(source) + ": " + std::to_string(problems.size() - kShownMax) + " more problems\n";
  }
  return text;
}

}  // namespace pscheduler::batch
