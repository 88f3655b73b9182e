#pragma once
// A task that is made to see whether all goes well from its being posted to its result.

#include "cli/troubleshoot/host_checks.hpp"

namespace pscheduler::cli {

// A second of idling, archived to two places that need nothing.
Json idle_trial();

// A text sent from one host to another.
Json stream_trial(const std::string& from, const std::string& to, IpVersion version);

// Posts the task to the lead and follows it to its end, archivings included. What goes wrong with the run is
// told as `pscheduler result --full` tells it.
Finding check_task(Context& context, const std::string& lead, const Json& task, const Stage& say);

}  // namespace pscheduler::cli
