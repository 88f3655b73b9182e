#include "services/federation/peer_book.hpp"

#include <algorithm>

namespace pscheduler::services {
namespace {

// After twenty calls one that took exceptionally long is almost forgotten.
constexpr int kDecay = 8;

// Differences below are those of one line from call to call.
constexpr Duration kExchangeNoise = std::chrono::milliseconds(20);

// A host that is called daily does not become old.
constexpr Duration kSeenAgain = std::chrono::days(1);

}  // namespace

void PeerRecord::measured(Duration exchange) {
  exchange = std::max(exchange, Duration(1));
  exchange_ = exchange > exchange_ ? exchange : exchange_ - (exchange_ - exchange) / kDecay;
}

void PeerRecord::heard(Duration now) {
  for (auto& [bind_address, breaker] : breakers_) breaker.heard(now);
}

void PeerRecord::recall(const KnownPeer& known) {
  ours = known.ours;
  exchange_ = known.exchange;
  kept_ = known;
}

bool PeerRecord::worth_keeping(Instant now) const {
  if (!has_answered()) return false;
  if (!kept_ || kept_->ours != ours) return true;
  const Duration before = std::max(kept_->exchange, kExchangeNoise);
  const Duration after = std::max(exchange_, kExchangeNoise);
  return after >= 2 * before || before >= 2 * after || now - kept_->seen >= kSeenAgain;
}

KnownPeer PeerRecord::keep(const std::string& host, Instant now) {
  kept_ = KnownPeer{host, ours, exchange_, now};
  return *kept_;
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

PeerRecord* PeerBook::find(const std::string& host) {
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
