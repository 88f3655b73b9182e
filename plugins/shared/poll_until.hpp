#pragma once
// Waiting for a descriptor, with an end.

#include <chrono>

namespace pscheduler::plugins {

using Deadline = std::chrono::steady_clock::time_point;

enum class PollEnd { ready, late, failed };

// For events of poll(2), an error or a hang-up; interruptions by signals go unnoticed. failed: errno says
// why.
PollEnd poll_until(int fd, short events, Deadline deadline);

}  // namespace pscheduler::plugins
