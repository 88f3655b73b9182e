#pragma once

#include <string>

#include "pscheduler/time/zone.hpp"

namespace pscheduler {

// yyyy-mm-ddThh:mm:ss
std::string format_local_seconds(LocalTime local);

}  // namespace pscheduler
