#pragma once
// What is known of the hosts this node calls: whether they answer, of which kind they are, how long a call
// takes.

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include "services/federation/breaker.hpp"

namespace pscheduler::services {

// Before anything has been measured: a call across the world with its TLS handshake.
inline constexpr Duration kExchangeAssumed = std::chrono::seconds(1);

// Hosts come from tasks, so anybody may name as many as he likes.
inline constexpr std::size_t kPeersKnownMax = 10'000;

class PeerRecord {
 public:
  // Breakers are apart for each address that is called from: one that is not usable says nothing about
  // others.
  [[nodiscard]] Breaker& breaker(const std::string& bind_address) { return breakers_[bind_address]; }

  // How long the exchange of a short call took. The longest counts, and loses weight with each one after it.
  void measured(Duration exchange);
  [[nodiscard]] Duration exchange_time() const;

  bool ours = false;
  Duration used{};  // of the steady clock

 private:
  std::map<std::string, Breaker> breakers_;
  Duration exchange_{};  // zero before the first
};

class PeerBook {
 public:
  // The record of a host, made when there is none; the one that was used least recently may go for it.
  std::shared_ptr<PeerRecord> of(const std::string& host, Duration now);

  // Null when nothing is known.
  [[nodiscard]] const PeerRecord* find(const std::string& host) const;

 private:
  void make_room();

  std::map<std::string, std::shared_ptr<PeerRecord>> records_;
};

}  // namespace pscheduler::services
