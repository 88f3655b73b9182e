#pragma once
// Makes calls: each waits for its turn, passes the breaker of its host, and what comes of it is remembered.

#include <functional>
#include <list>
#include <set>
#include <string>
#include <vector>

#include "services/federation/call_turns.hpp"
#include "services/federation/peer_answers.hpp"
#include "services/federation/peer_book.hpp"
#include "services/federation/peer_calls.hpp"

namespace pscheduler::services {

class PeerLine {
 public:
  using HostListener = std::function<void(const std::string& host)>;

  PeerLine(Peers::Ports ports, const PeersSettings& settings);

  // Any HTTP status is an answer.
  ports::AsyncResult<PeerAnswer> ask(PeerCall call);

  [[nodiscard]] const PeerBook& book() const { return book_; }

  // As in Peers.
  void heard_from(const std::string& host);
  void on_heard(HostListener listener) { on_heard_ = std::move(listener); }
  void recall(const std::vector<KnownPeer>& known);
  void on_learned(std::function<void()> listener) { on_learned_ = std::move(listener); }
  std::vector<KnownPeer> take_learned();
  [[nodiscard]] std::vector<PeerState> states() const;

  // The calls under way for a task, those that wait for their turn included; the oldest first.
  [[nodiscard]] std::vector<PeerWait> waits(TaskId task) const;

 private:
  class Trial;
  class Wait;
  using Waits = std::list<std::pair<TaskId, PeerWait>>;

  ports::AsyncResult<PeerAnswer> ask_now(PeerCall call, PeerRecord& record);
  void learn(const std::string& host, const PeerRecord& record);
  [[nodiscard]] static Error no_answer(const PeerCall& call, Duration limit, Error error);

  Peers::Ports ports_;
  CallTurns turns_;
  CallTurns waiting_turns_;  // apart, so that calls that wait for results keep no others from their turn
  PeerBook book_;
  Waits waits_;
  HostListener on_heard_;
  std::function<void()> on_learned_;
  std::set<std::string> learned_;  // hosts of which something is worth keeping
};

}  // namespace pscheduler::services
