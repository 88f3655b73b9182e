#include "pscheduler/schedule/common_time.hpp"

#include <algorithm>

namespace pscheduler::schedule {
namespace {

// The parts of the pieces in which such a run can lie.
std::vector<TimeRange> usable(const std::vector<TimeRange>& pieces, const StartRequest& request) {
  const TimeRange window{request.earliest, request.latest_start + request.length};
  std::vector<TimeRange> parts;
  for (const TimeRange& piece : pieces) {
    TimeRange part{std::max(piece.start, window.start), std::min(piece.end, window.end)};
    if (request.whole_seconds) part.start = ceil_to_second(part.start);
    if (part.start <= request.latest_start && part.length() >= request.length) parts.push_back(part);
  }
  return parts;
}

}  // namespace

std::vector<TimeRange> intersect(const std::vector<TimeRange>& one, const std::vector<TimeRange>& other) {
  std::vector<TimeRange> common;
  auto a = one.begin();
  auto b = other.begin();
  while (a != one.end() && b != other.end()) {
    const TimeRange both{std::max(a->start, b->start), std::min(a->end, b->end)};
    if (!both.empty()) common.push_back(both);
    if (a->end < b->end) {
      ++a;
    } else {
      ++b;
    }
  }
  return common;
}

std::optional<TimeRange> earliest_start(const std::vector<TimeRange>& pieces, const StartRequest& request) {
  const auto parts = usable(pieces, request);
  if (parts.empty()) return std::nullopt;
  return TimeRange{parts.front().start, parts.front().start + request.length};
}

std::optional<TimeRange> random_start(const std::vector<TimeRange>& pieces, const StartRequest& request,
                                      const std::function<std::uint64_t(std::uint64_t)>& pick) {
  const auto parts = usable(pieces, request);
  if (parts.empty()) return std::nullopt;
  const TimeRange& part = parts[pick(parts.size())];
  const auto room = std::chrono::floor<std::chrono::seconds>(part.length() - request.length).count();
  const Instant start = part.start + std::chrono::seconds(pick(static_cast<std::uint64_t>(room) + 1));
  return TimeRange{start, start + request.length};
}

}  // namespace pscheduler::schedule
