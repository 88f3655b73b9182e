#pragma once
// What is known of the hosts this node calls: whether they answer, of which kind they are, how long a call
// takes.

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pscheduler/model/known_peer.hpp"
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
  [[nodiscard]] const std::map<std::string, Breaker>& breakers() const { return breakers_; }

  // The host has shown itself: whatever address it has not answered is called from again.
  void heard(Duration now);

  // How long the exchange of a short call took. The longest counts, and loses weight with each one after it.
  void measured(Duration exchange);
  [[nodiscard]] Duration exchange_time() const;

  // Whether any short call has been answered, in this life or an earlier one.
  [[nodiscard]] bool has_answered() const { return exchange_ > Duration::zero(); }

  // What was known in an earlier life.
  void recall(const KnownPeer& known);

  // Whether it differs from what is kept so much, or that is so old, that it should be kept anew.
  [[nodiscard]] bool worth_keeping(Instant now) const;
  KnownPeer keep(const std::string& host, Instant now);

  bool ours = false;
  Duration used{};  // of the steady clock

 private:
  std::map<std::string, Breaker> breakers_;
  Duration exchange_{};  // zero before the first
  std::optional<KnownPeer> kept_;
};

class PeerBook {
 public:
  // The record of a host, made when there is none; the one that was used least recently may go for it.
  std::shared_ptr<PeerRecord> of(const std::string& host, Duration now);

  [[nodiscard]] const std::map<std::string, std::shared_ptr<PeerRecord>>& all() const { return records_; }

  // Null when nothing is known.
  [[nodiscard]] const PeerRecord* find(const std::string& host) const;
  [[nodiscard]] PeerRecord* find(const std::string& host);

 private:
  void make_room();

  std::map<std::string, std::shared_ptr<PeerRecord>> records_;
};

}  // namespace pscheduler::services
