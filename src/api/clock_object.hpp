#pragma once
// The Clock object of the API (spec api.md 8).

#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::api {

Json clock_object(const ports::ClockState& state, const Zone& zone);

}  // namespace pscheduler::api
