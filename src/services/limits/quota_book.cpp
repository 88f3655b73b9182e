#include "pscheduler/services/quota_book.hpp"

#include <algorithm>

namespace pscheduler::services {
namespace {

// Accounts whose last revision is remembered: those of the decisions that are being made have to be among
// them.
constexpr std::size_t kAccountsMax = 4096;

}  // namespace

QuotaBook::Hold QuotaBook::hold(const std::vector<Charge>& charges) {
  if (charges.empty()) return nullptr;
  std::erase_if(held_, [](const auto& each) { return each.expired(); });
  auto held = std::make_shared<const std::vector<Charge>>(charges);
  held_.push_back(held);
  if (taken_at_.size() >= kAccountsMax) {
    taken_at_.clear();
    known_from_ = revision_;
  }
  ++revision_;
  for (const auto& charge : charges) taken_at_[charge.account] = revision_;
  return held;
}

bool QuotaBook::taken_from_since(std::uint64_t revision, const std::vector<Charge>& charges) const {
  if (charges.empty()) return false;
  if (revision < known_from_) return true;
  return std::ranges::any_of(charges, [&](const Charge& charge) {
    const auto taken = taken_at_.find(charge.account);
    return taken != taken_at_.end() && taken->second > revision;
  });
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
