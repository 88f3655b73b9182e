#include "component/universe.hpp"

#include <algorithm>

namespace pscheduler::test {

Universe::Stay::Stay(Universe& universe, VirtualClock& clock, const WatchedStore& store)
    : universe_(universe), clock_(clock), store_(store) {
  universe_.clocks_.push_back(&clock_);
  universe_.stores_.push_back(&store_);
}

Universe::Stay::~Stay() {
  stop_time();
  auto& stores = universe_.stores_;
  stores.erase(std::remove(stores.begin(), stores.end(), &store_), stores.end());
}

void Universe::Stay::stop_time() {
  auto& clocks = universe_.clocks_;
  clocks.erase(std::remove(clocks.begin(), clocks.end(), &clock_), clocks.end());
}

bool Universe::store_is_busy() const {
  return std::any_of(stores_.begin(), stores_.end(),
                     [](const WatchedStore* store) { return store->outstanding() > 0; });
}

void Universe::settle() {
  for (;;) {
    loop.restart();
    const auto done = loop.poll();
    if (store_is_busy()) {
      loop.restart();
      loop.run_one();
    } else if (done == 0 && !(on_settled && on_settled())) {
      return;
    }
  }
}

Duration Universe::due_in(Duration limit) const {
  for (const auto* each : clocks_) {
    if (const auto next = each->next_alarm()) limit = std::min(limit, each->true_time_until(*next));
  }
  return limit;
}

void Universe::pass(Duration length) {
  for (auto* each : clocks_) each->pass(length);
}

void Universe::go_on(Duration limit) {
  pass(due_in(limit));
  settle();
}

void Universe::advance(Duration length) {
  const Instant end = clock.now() + length;
  settle();
  while (clock.now() < end) go_on(end - clock.now());
}

bool Universe::advance_until(const std::function<bool()>& done, Duration limit) {
  const Instant end = clock.now() + limit;
  settle();
  while (!done()) {
    if (clock.now() >= end) return false;
    go_on(end - clock.now());
  }
  return true;
}

}  // namespace pscheduler::test
