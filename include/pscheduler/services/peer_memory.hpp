#pragma once
// Keeps what Peers learn about other hosts over restarts, so that the first runs afterwards are planned as
// tightly as those before. Written only when it differs from what is kept, some seconds later and together.
//
// All use is on one thread. What is passed by reference outlives this.

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/peers.hpp"

namespace pscheduler::services {

class PeerMemory {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
  };

  PeerMemory(Ports ports, Peers& peers);
  ~PeerMemory();

  // Tells Peers what was known; before their first call.
  ports::AsyncResult<void> recover();

  // Keeps what is learned, until cancelled.
  ports::Async<void> work();

  // Keeps what has been learned last.
  ports::Async<void> stop();

 private:
  ports::Async<void> keep();

  Ports ports_;
  Peers& peers_;
  bool has_news_ = false;
  ports::Event news_;
};

}  // namespace pscheduler::services
