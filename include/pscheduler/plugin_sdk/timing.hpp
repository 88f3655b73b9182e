#pragma once
// When a tool acts: the wall clock for the agreed start, the steady clock for how long things take.

#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

Instant now();

// Sleeps on the wall clock, following its steps, to well below a millisecond; returns at once for the past.
void sleep_until(Instant at);

// Sleeps on the steady clock.
void sleep_for(Duration length);

}  // namespace pscheduler::sdk
