#include "pscheduler/json/nearest.hpp"

#include <algorithm>
#include <utility>

namespace pscheduler::json {
namespace {

constexpr std::size_t kNamesMax = 3;
constexpr std::size_t kNameBytesMax = 64;  // longer names are no typing mistake

// Insertions, deletions, replacements and swaps of neighbours that lead from one name to the other.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> last(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::vector<std::size_t> row(to.size() + 1);
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, std::move(row));
  }
  return last.back();
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view name, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  if (name.size() > kNameBytesMax) return {};
  for (const auto& candidate : known) {
    const bool begins = name.size() >= 3 && (candidate.starts_with(name) || name.starts_with(candidate));
    const std::size_t edits = distance(name, candidate);
    const std::size_t allowed = std::max<std::size_t>(1, candidate.size() / 3);
    if (begins || (edits <= allowed && edits < candidate.size())) ranked.emplace_back(edits, candidate);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [edits, candidate] : ranked) {
    if (names.size() == kNamesMax) break;
    names.push_back(std::move(candidate));
  }
  return names;
}

}  // namespace pscheduler::json
