#include "rules.hpp"

#include <algorithm>
#include <array>

namespace pscheduler::schedule {
namespace {

// Sets of the ways in which classes treat the schedule.
constexpr unsigned kAnytime = 1;
constexpr unsigned kNormal = 2;
constexpr unsigned kExclusive = 4;
constexpr unsigned kEvery = kAnytime | kNormal | kExclusive;

// Sets of the standings of an occupation toward a newcomer.
constexpr unsigned kFirm = 1;
constexpr unsigned kNotLower = 2;
constexpr unsigned kLower = 4;
constexpr unsigned kHoweverItStands = kFirm | kNotLower | kLower;

struct Rule {
  unsigned newcomer;
  unsigned existing;
  unsigned standing;
  Verdict verdict;
};

// The first that applies counts.
constexpr std::array kRules = {
    Rule{kAnytime, kEvery, kHoweverItStands, Verdict::share},
    Rule{kEvery, kAnytime, kHoweverItStands, Verdict::share},
    Rule{kNormal, kNormal, kHoweverItStands, Verdict::share},
    Rule{kEvery, kEvery, kFirm | kNotLower, Verdict::stands},
    Rule{kEvery, kEvery, kLower, Verdict::gives_way},
};

unsigned kind_of(SchedulingClass scheduling_class) {
  const auto& row = traits(scheduling_class);
  if (row.anytime) return kAnytime;
  return row.exclusive ? kExclusive : kNormal;
}

bool comes_after(const Occupation& existing, const Displacing& displacing) {
  if (existing.priority != displacing.priority) return existing.priority < displacing.priority;
  if (!existing.turn || !displacing.turn || existing.times.start < displacing.not_before) return false;
  return displacing.turn->lot < existing.turn->lot && displacing.turn->since <= existing.turn->since;
}

unsigned standing_of(const Occupation& existing, const std::optional<Displacing>& displacing) {
  if (existing.firm) return kFirm;
  return displacing && comes_after(existing, *displacing) ? kLower : kNotLower;
}

}  // namespace

Verdict verdict(SchedulingClass newcomer, const std::optional<Displacing>& displacing,
                const Occupation& existing) {
  const unsigned one = kind_of(newcomer);
  const unsigned other = kind_of(existing.scheduling_class);
  const unsigned standing = standing_of(existing, displacing);
  const auto* const rule = std::find_if(kRules.begin(), kRules.end(), [&](const Rule& row) {
    return (row.newcomer & one) != 0 && (row.existing & other) != 0 && (row.standing & standing) != 0;
  });
  return rule->verdict;
}

bool may_overlap(SchedulingClass one, SchedulingClass other) {
  return verdict(one, std::nullopt, Occupation{{}, other, {}, 0, false}) == Verdict::share;
}

}  // namespace pscheduler::schedule
