#include "pscheduler/adapters/system/system_clock.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How often the calendar is looked at when there is no descriptor for a timer that notices steps.
constexpr Duration kLookInterval = std::chrono::seconds(1);

// A timer on the calendar clock that also fires when the clock is set; -1 when descriptors are exhausted.
int open_calendar_timer() {
  return ::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

bool arm(int timer, Instant at) {
  const auto since_epoch = at.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  itimerspec due{};
  due.it_value.tv_sec = seconds.count();
  due.it_value.tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count();
  return ::timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &due, nullptr) == 0;
}

// Handlers of what is destroyed may still be in the loop's queue: they hold on to a state only weakly.
template <class State>
class AlarmOf final : public ports::Alarm {
 public:
  template <class... Arguments>
  explicit AlarmOf(Arguments&&... arguments)
      : state_(std::make_shared<State>(std::forward<Arguments>(arguments)...)) {
    state_->begin();
  }

 private:
  std::shared_ptr<State> state_;
};

class SteadyState : public std::enable_shared_from_this<SteadyState> {
 public:
  SteadyState(const asio::any_io_executor& executor, Duration length, std::function<void()> ring)
      : timer_(executor, length), ring_(std::move(ring)) {}

  void begin() {
    timer_.async_wait([weak = weak_from_this()](const error_code&) {
      if (const auto self = weak.lock()) self->ring_();
    });
  }

 private:
  asio::steady_timer timer_;
  std::function<void()> ring_;
};

class CalendarState : public std::enable_shared_from_this<CalendarState> {
 public:
  CalendarState(const SystemClock& clock, const asio::any_io_executor& executor, Instant at,
                std::function<void()> ring)
      : clock_(clock), at_(at), ring_(std::move(ring)), calendar_(executor), looks_(executor) {
    if (const int descriptor = open_calendar_timer(); descriptor >= 0) calendar_.assign(descriptor);
  }

  void begin() {
    auto look = [weak = weak_from_this()](const error_code&) {
      if (const auto self = weak.lock()) self->look();
    };
    if (calendar_.is_open() && arm(calendar_.native_handle(), at_)) {
      calendar_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(look));
    } else {
      looks_.expires_after(std::min(kLookInterval, Duration(at_ - clock_.now())));
      looks_.async_wait(std::move(look));
    }
  }

 private:
  void look() {
    // Fails with ECANCELED when the clock was set: then the time has to be looked at again.
    std::uint64_t expirations = 0;
    if (calendar_.is_open()) {
      [[maybe_unused]] const auto length =
          ::read(calendar_.native_handle(), &expirations, sizeof expirations);
    }
    if (clock_.now() >= at_) {
      ring_();
    } else {
      begin();
    }
  }

  const SystemClock& clock_;
  Instant at_;
  std::function<void()> ring_;
  asio::posix::stream_descriptor calendar_;
  asio::steady_timer looks_;
};

}  // namespace

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration SystemClock::steady() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

std::unique_ptr<ports::Alarm> SystemClock::alarm_at(const asio::any_io_executor& executor, Instant at,
                                                    std::function<void()> ring) {
  return std::make_unique<AlarmOf<CalendarState>>(*this, executor, at, std::move(ring));
}

std::unique_ptr<ports::Alarm> SystemClock::alarm_in(const asio::any_io_executor& executor, Duration length,
                                                    std::function<void()> ring) {
  return std::make_unique<AlarmOf<SteadyState>>(executor, length, std::move(ring));
}

}  // namespace pscheduler::adapters
