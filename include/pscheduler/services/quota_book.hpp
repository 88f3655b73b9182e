#pragma once
// What runs have taken of quotas: what is in the store, and what is on its way there.

#include <cstdint>
#include <memory>
#include <vector>

#include "pscheduler/limits/questions.hpp"
#include "pscheduler/ports/charge_store.hpp"

namespace pscheduler::services {

class QuotaBook {
 public:
  // Charges that count although they are not in the store yet, for as long as somebody has this.
  using Hold = std::shared_ptr<const std::vector<Charge>>;

  explicit QuotaBook(ports::ChargeStore& store) : store_(store) {}

  ports::AsyncResult<limits::Usage> usage(limits::FindUsage asked);

  // Null for no charges.
  Hold hold(const std::vector<Charge>& charges);

  // Another whenever something has been held that usage() may not have seen.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  // How often usage() has failed so far.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  ports::ChargeStore& store_;
  std::vector<std::weak_ptr<const std::vector<Charge>>> held_;
  std::uint64_t revision_ = 0;
  std::uint64_t failures_ = 0;
};

}  // namespace pscheduler::services
