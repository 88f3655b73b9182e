#pragma once
// A named thread that is left alone by signals, so that they reach the event loop.

#include <functional>
#include <thread>

namespace pscheduler::adapters::store {

// `name` has at most 15 characters. Throws std::system_error when the system is out of threads.
std::thread start_worker(const char* name, std::function<void()> body);

}  // namespace pscheduler::adapters::store
