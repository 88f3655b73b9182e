#include "pscheduler/services/peer_memory.hpp"

#include <utility>

namespace pscheduler::services {
namespace {

// Many hosts are met at once, and how far away one is becomes clear with the first calls.
constexpr Duration kSettle = std::chrono::seconds(5);

}  // namespace

PeerMemory::PeerMemory(Ports ports, Peers& peers)
    : ports_(std::move(ports)), peers_(peers), news_(ports_.executor) {
  peers_.on_learned([this] {
    has_news_ = true;
    news_.notify_all();
  });
}

PeerMemory::~PeerMemory() {
  peers_.on_learned({});
}

ports::AsyncResult<void> PeerMemory::recover() {
  const auto known = co_await ports_.store.known_peers();
  if (!known) co_return fail(known.error());
  peers_.recall(*known);
  co_return Result<void>{};
}

ports::Async<void> PeerMemory::work() {
  for (;;) {
    while (!has_news_) co_await news_.wait();
    co_await ports_.clock.sleep_for(kSettle);
    co_await keep();
  }
}

ports::Async<void> PeerMemory::stop() {
  co_await keep();
}

// What cannot be stored is learned anew in the next life.
ports::Async<void> PeerMemory::keep() {
  has_news_ = false;
  ports::Changes changes;
  changes.known_peers = peers_.take_learned();
  if (changes.known_peers.empty()) co_return;
  const auto stored = co_await ports_.store.commit(std::move(changes));
  static_cast<void>(stored);
}

}  // namespace pscheduler::services
