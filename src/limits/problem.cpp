#include "pscheduler/limits/problem.hpp"

#include <algorithm>
#include <tuple>

#include "pscheduler/limits/load.hpp"

namespace pscheduler::limits {

std::string to_text(const Problem& problem) {
  std::string text;
  if (problem.place) {
    text =
        "line " + std::to_string(problem.place->line) + ", column " + std::to_string(problem.place->column);
  }
  if (!problem.pointer.empty()) text += (text.empty() ? "at " : ", at ") + problem.pointer;
  return text.empty() ? problem.message : text + ": " + problem.message;
}

void place_problems(std::vector<Problem>& problems, std::string_view text) {
  for (auto& problem : problems) {
    // What a clone takes over is not where it is cloned; then what stands around it is named.
    for (auto pointer = problem.pointer; !problem.place; pointer.resize(pointer.rfind('/'))) {
      problem.place = json::locate(text, pointer);
      if (pointer.empty()) break;
    }
  }
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    const auto position = [](const Problem& problem) {
      const auto place = problem.place.value_or(json::Location{});
      return std::make_tuple(place.line, place.column);
    };
    return position(a) < position(b);
  });
}

}  // namespace pscheduler::limits
