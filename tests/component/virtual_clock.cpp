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

}  // namespace

// Set until it has rung.
template <class Time>
class VirtualClock::TimedAlarm final : public ports::Alarm {
 public:
  TimedAlarm(Alarms<Time>& alarms, Time at, std::function<void()> ring)
      : alarms_(alarms), ring_(std::move(ring)), place_(alarms_.emplace(at, this)) {}
  ~TimedAlarm() override {
    if (set_) alarms_.erase(place_);
  }

  static void ring_those_due(Alarms<Time>& alarms, Time present) {
    while (!alarms.empty() && alarms.begin()->first <= present) {
      auto& alarm = *alarms.begin()->second;
      alarms.erase(alarms.begin());
      alarm.set_ = false;
      alarm.ring_();
    }
  }

 private:
  Alarms<Time>& alarms_;
  std::function<void()> ring_;
  typename Alarms<Time>::iterator place_;
  bool set_ = true;
};

std::unique_ptr<ports::Alarm> VirtualClock::alarm_at(const ports::asio::any_io_executor&, Instant at,
                                                     std::function<void()> ring) {
  return std::make_unique<TimedAlarm<Instant>>(by_calendar_, at, std::move(ring));
}

std::unique_ptr<ports::Alarm> VirtualClock::alarm_in(const ports::asio::any_io_executor&, Duration length,
                                                     std::function<void()> ring) {
  return std::make_unique<TimedAlarm<Duration>>(by_steady_clock_, steady_ + length, std::move(ring));
}

std::optional<Instant> VirtualClock::next_alarm() const {
  std::optional<Instant> next;
  if (!by_calendar_.empty()) next = by_calendar_.begin()->first;
  if (!by_steady_clock_.empty()) {
    const Instant at = now_ + (by_steady_clock_.begin()->first - steady_);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

void VirtualClock::ring_those_due() {
  TimedAlarm<Instant>::ring_those_due(by_calendar_, now_);
  TimedAlarm<Duration>::ring_those_due(by_steady_clock_, steady_);
}

void VirtualClock::move_to(Instant at) {
  if (at <= now_) return;
  steady_ += at - now_;
  now_ = at;
  ring_those_due();
}

void VirtualClock::step(Duration length) {
  now_ += length;
  ring_those_due();
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
