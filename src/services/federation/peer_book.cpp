#include "services/federation/peer_book.hpp"

#include <algorithm>

namespace pscheduler::services {
namespace {

// After twenty calls one that took exceptionally long is almost forgotten.
constexpr int kDecay = 8;

}  // namespace

void PeerRecord::measured(Duration exchange) {
  exchange = std::max(exchange, Duration(1));
  exchange_ = exchange > exchange_ ? exchange : exchange_ - (exchange_ - exchange) / kDecay;
}

Duration PeerRecord::exchange_time() const {
  if (exchange_ == Duration::zero()) return kExchangeAssumed;
  return exchange_ + exchange_ / 4;
}

std::shared_ptr<PeerRecord> PeerBook::of(const std::string& host, Duration now) {
  auto found = records_.find(host);
  if (found == records_.end()) {
    if (records_.size() >= kPeersKnownMax) make_room();
    found = records_.emplace(host, std::make_shared<PeerRecord>()).first;
  }
  found->second->used = now;
  return found->second;
}

const PeerRecord* PeerBook::find(const std::string& host) const {
  const auto found = records_.find(host);
  return found == records_.end() ? nullptr : found->second.get();
}

void PeerBook::make_room() {
  const auto oldest = std::min_element(records_.begin(), records_.end(), [](const auto& a, const auto& b) {
    return a.second->used < b.second->used;
  });
  records_.erase(oldest);
}

}  // namespace pscheduler::services
