#include "component/virtual_clock.hpp"

#include <algorithm>

namespace pscheduler::test {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

// Nobody looks further ahead in one step; products with it do not overflow.
constexpr std::int64_t kFarAhead = std::chrono::microseconds(std::chrono::years(30)).count();

constexpr std::int64_t floor_divided(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

// Takes a sleeper out of the list, also when it is cancelled.
template <class Sleepers>
struct Entry {
  Sleepers& sleepers;
  typename Sleepers::iterator at;
  ~Entry() { sleepers.erase(at); }
};

template <class Sleepers, class Time>
void wake(Sleepers& sleepers, const Time& present) {
  for (auto it = sleepers.begin(); it != sleepers.end() && it->first <= present; ++it)
    it->second.notify_all();
}

}  // namespace

ports::Async<void> VirtualClock::sleep_until(Instant at) {
  return sleep(by_calendar_, at, now_);
}

ports::Async<void> VirtualClock::sleep_for(Duration length) {
  return sleep(by_steady_clock_, steady_ + length, steady_);
}

template <class Time>
ports::Async<void> VirtualClock::sleep(Sleepers<Time>& sleepers, Time until, const Time& present) {
  if (until <= present) co_return;
  const Entry<Sleepers<Time>> entry{sleepers, sleepers.emplace(until, executor_)};
  while (until > present) co_await entry.at->second.wait();
}

std::optional<Instant> VirtualClock::next_wake() const {
  std::optional<Instant> next;
  if (!by_calendar_.empty()) next = by_calendar_.begin()->first;
  if (!by_steady_clock_.empty()) {
    const Instant at = now_ + (by_steady_clock_.begin()->first - steady_);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

void VirtualClock::wake_those_due() {
  wake(by_calendar_, now_);
  wake(by_steady_clock_, steady_);
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

Duration VirtualClock::true_time_until(Instant at) const {
  const std::int64_t left = std::clamp<std::int64_t>((at - now_).count(), 0, kFarAhead);
  return Duration(left - floor_divided(left * drift_ppm_ + drifted_, kMillion + drift_ppm_));
}

void VirtualClock::pass(Duration true_time) {
  const std::int64_t drift = true_time.count() * drift_ppm_ + drifted_;
  const std::int64_t whole = floor_divided(drift, kMillion);
  drifted_ = drift - whole * kMillion;
  move_to(now_ + true_time + Duration(whole));
}

}  // namespace pscheduler::test
