#include "pscheduler/services/quota_book.hpp"

#include <algorithm>

namespace pscheduler::services {

QuotaBook::Hold QuotaBook::hold(const std::vector<Charge>& charges) {
  if (charges.empty()) return nullptr;
  std::erase_if(held_, [](const auto& each) { return each.expired(); });
  auto held = std::make_shared<const std::vector<Charge>>(charges);
  held_.push_back(held);
  ++revision_;
  return held;
}

// What is held is looked at first: what becomes durable afterwards is found in the store, or in both.
ports::AsyncResult<limits::Usage> QuotaBook::usage(limits::FindUsage asked) {
  std::vector<Charge> held;
  for (const auto& each : held_) {
    const auto charges = each.lock();
    if (!charges) continue;
    for (const auto& charge : *charges) {
      if (charge.account == asked.account && charge.start > asked.after && charge.start < asked.before)
        held.push_back(charge);
    }
  }
  auto asking = store_.charges(asked.account, asked.after, asked.before, ports::kChargesReadMax);
  auto stored = co_await std::move(asking);
  if (!stored) {
    ++failures_;
    co_return fail(std::move(stored.error()));
  }
  limits::Usage usage{std::move(*stored)};
  const auto in_store = usage.charges.size();
  for (const auto& charge : held) {
    const auto end = usage.charges.begin() + static_cast<std::ptrdiff_t>(in_store);
    const bool is_stored =
        std::any_of(usage.charges.begin(), end, [&](const Charge& other) { return other.run == charge.run; });
    if (!is_stored) usage.charges.push_back(charge);
  }
  co_return usage;
}

}  // namespace pscheduler::services
