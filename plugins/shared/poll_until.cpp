#include "shared/poll_until.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

namespace pscheduler::plugins {

PollEnd poll_until(int fd, short events, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    constexpr std::int64_t kHourMs = 3'600'000;  // what poll takes is an int
    pollfd waiting{fd, events, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, kHourMs)));
    if (ready > 0) return PollEnd::ready;
    if (ready == 0 && left <= kHourMs) return PollEnd::late;
    if (ready < 0 && errno != EINTR) return PollEnd::failed;
  }
}

}  // namespace pscheduler::plugins
