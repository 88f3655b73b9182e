#pragma once
// What systemd is told; nothing happens when it did not start the program.

#include <string>

#include "pscheduler/ports/clock.hpp"

namespace pscheduler::app {

void notify_ready(const std::string& addresses);
void notify_stopping();

// Tells the watchdog that the loop is alive, as often as systemd wants; waits for ever when it does not.
ports::Async<void> keep_watchdog(ports::Clock& clock);

}  // namespace pscheduler::app
