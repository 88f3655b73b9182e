#pragma once
// What runs have taken of quotas: what is in the store, and what is on its way there.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
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

  // Grows with each hold.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  // Whether an account of one of the charges has been taken from since `revision`, so that usage() may not
  // have seen it. True for a revision of long ago.
  [[nodiscard]] bool taken_from_since(std::uint64_t revision, const std::vector<Charge>& charges) const;

  // How often usage() has failed so far.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  ports::ChargeStore& store_;
  std::vector<std::weak_ptr<const std::vector<Charge>>> held_;
  std::uint64_t revision_ = 0;
  std::unordered_map<std::string, std::uint64_t> taken_at_;  // the last revision of an account
  std::uint64_t known_from_ = 0;                             // what was before is not in taken_at_
  std::uint64_t failures_ = 0;
};

}  // namespace pscheduler::services
