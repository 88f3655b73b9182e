#include "component/virtual_clock.hpp"

#include <algorithm>

namespace pscheduler::test {
namespace {

// Takes a sleeper out of the list, also when it is cancelled.
template <class List>
struct Entry {
  List& list;
  typename List::iterator at;
  ~Entry() { list.erase(at); }
};

}  // namespace

ports::Async<void> VirtualClock::sleep_until(Instant at) {
  return sleep(at, {});
}

ports::Async<void> VirtualClock::sleep_for(Duration length) {
  return sleep(std::nullopt, steady_ + length);
}

ports::Async<void> VirtualClock::sleep(std::optional<Instant> until, Duration due) {
  if (until ? *until <= now_ : due <= steady_) co_return;
  sleepers_.emplace_back(executor_);
  const Entry<std::list<Sleeper>> entry{sleepers_, std::prev(sleepers_.end())};
  entry.at->until = until;
  entry.at->due = due;
  while (until ? *until > now_ : due > steady_) co_await entry.at->wake.wait();
}

Instant VirtualClock::wakes_at(const Sleeper& sleeper) const {
  return sleeper.until ? *sleeper.until : now_ + (sleeper.due - steady_);
}

std::optional<Instant> VirtualClock::next_wake() const {
  std::optional<Instant> next;
  for (const auto& sleeper : sleepers_) {
    const Instant at = wakes_at(sleeper);
    if (!next || at < *next) next = at;
  }
  return next;
}

void VirtualClock::wake_those_due() {
  for (auto& sleeper : sleepers_) {
    if (wakes_at(sleeper) <= now_) sleeper.wake.notify_all();
  }
}

void VirtualClock::move_to(Instant at) {
  if (at <= now_) return;
  steady_ += at - now_;
  now_ = at;
  wake_those_due();
}

void VirtualClock::step(Duration length) {
  now_ += length;
  wake_those_due();
}

}  // namespace pscheduler::test
