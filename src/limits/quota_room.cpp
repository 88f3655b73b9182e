#include "limits/quota_room.hpp"

#include <algorithm>

namespace pscheduler::limits {
namespace {

// What is on the account over the last period changes at an instant: by the start of a run, and when that has
// been a whole period ago.
struct Step {
  Instant at;
  int sign = 1;
  const Charge* charge = nullptr;
};

void add(Amount& amount, const Step& step) {
  amount.runs += step.sign;
  amount.time += step.sign * step.charge->time;
  amount.bytes += step.sign * step.charge->bytes;
}

Amount sum(const Amount& a, const Amount& b) {
  return {a.runs + b.runs, a.time + b.time, a.bytes + b.bytes};
}

Amount larger(const Amount& a, const Amount& b) {
  return {std::max(a.runs, b.runs), std::max(a.time, b.time), std::max(a.bytes, b.bytes)};
}

std::vector<Step> steps_of(const std::vector<Charge>& charges, Duration period) {
  std::vector<Step> steps;
  steps.reserve(2 * charges.size());
  for (const auto& charge : charges) {
    steps.push_back({charge.start, 1, &charge});
    steps.push_back({charge.start + period, -1, &charge});
  }
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
  return steps;
}

}  // namespace

bool is_within(const QuotaLimit& quota, const Amount& amount) {
  return amount.runs <= quota.runs.value_or(kQuotaRunsMax) && (!quota.time || amount.time <= *quota.time) &&
         (!quota.bytes || amount.bytes <= *quota.bytes);
}

// A run that starts at t is on the account from t to t + period; nowhere in there may it be too much. So each
// stretch that has no room for it moves its start to the end of the stretch.
QuotaRoom room_for(const QuotaLimit& quota, const std::vector<Charge>& charges, const Amount& wanted,
                   Instant start) {
  const auto steps = steps_of(charges, quota.period);
  QuotaRoom room{{}, start};
  Amount amount;
  for (std::size_t i = 0; i < steps.size();) {
    const Instant from = steps[i].at;
    for (; i < steps.size() && steps[i].at == from; ++i) add(amount, steps[i]);
    if (i == steps.size()) break;  // there is nothing on the account any more
    const Instant until = steps[i].at;
    if (until > start && from < start + quota.period) room.used = larger(room.used, amount);
    const bool has_room = is_within(quota, sum(amount, wanted));
    if (!has_room && until > room.free_at && from < room.free_at + quota.period) room.free_at = until;
  }
  return room;
}

}  // namespace pscheduler::limits
