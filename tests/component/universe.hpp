#pragma once
// What the nodes of a test have in common: one event loop and one course of time, by which the clock of each
// goes as well as it can.

#include <boost/asio/io_context.hpp>
#include <functional>
#include <vector>

#include "component/virtual_clock.hpp"
#include "component/watched_store.hpp"

namespace pscheduler::test {

class Universe {
 public:
  explicit Universe(Instant start) : clock(start) {}
  Universe(const Universe&) = delete;
  Universe& operator=(const Universe&) = delete;

  boost::asio::io_context loop;
  VirtualClock clock;  // shows the true time

  // Told whenever everything has happened that can happen without time going on; what it brings about still
  // happens at that time.
  std::function<bool()> on_settled;

  // Lets everything happen that can happen without time going on.
  void settle();
  // How long until something is due, at most `limit`.
  [[nodiscard]] Duration due_in(Duration limit) const;
  // Lets time go on everywhere; nothing may be due before that.
  void pass(Duration length);
  // Lets time go on to the next thing due, at most by `limit`, and lets it happen.
  void go_on(Duration limit);
  void advance(Duration length);
  // Whether it came about before that time was over.
  bool advance_until(const std::function<bool()>& done, Duration limit);

  // As long as it lives, a node takes part.
  class Stay {
   public:
    Stay(Universe& universe, VirtualClock& clock, const WatchedStore& store);
    ~Stay();
    Stay(const Stay&) = delete;
    Stay& operator=(const Stay&) = delete;

    // Time goes on without this node from now on; what it waits for from its store is still waited for.
    void stop_time();

   private:
    Universe& universe_;
    VirtualClock& clock_;
    const WatchedStore& store_;
  };

 private:
  [[nodiscard]] bool store_is_busy() const;

  std::vector<VirtualClock*> clocks_{&clock};
  std::vector<const WatchedStore*> stores_;
};

}  // namespace pscheduler::test
