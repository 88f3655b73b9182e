#pragma once
// What nodes of this kind say to each other beyond the protocol of 5.2, in HTTP headers that others ignore.
//
// A lead sends kPeerHeader with every call to a participant. A node that understands it sends it back, and
// then times in the bodies are exact (microseconds), kEarliestStartHeader says how soon it could start a run
// of the task, and a hold is answered with the run object instead of "OK".

#include <string_view>

namespace pscheduler::services {

// "1": the version of what this file describes.
inline constexpr std::string_view kPeerHeader = "X-Pschedulerd-Peer";
inline constexpr std::string_view kPeerVersion = "1";

// Request, PUT of a new run: the exact start; start-time in the body is the same in whole seconds.
inline constexpr std::string_view kStartHeader = "X-Pschedulerd-Start";

// Request, PUT of a new run: an ISO 8601 duration. The run is held for so long and only becomes one when its
// participants' data arrive (part-data-full) before that time is over.
inline constexpr std::string_view kHoldHeader = "X-Pschedulerd-Hold";

// Request, PUT of a new run: when its task was added on the lead. Of two leads that want the same time the
// one with the higher priority, the older task, the smaller UUID gets it; the other is told at once.
inline constexpr std::string_view kSinceHeader = "X-Pschedulerd-Since";

// Answer to GET runtimes: the earliest start that the participant can make, by its own clock.
inline constexpr std::string_view kEarliestStartHeader = "X-Pschedulerd-Earliest-Start";

}  // namespace pscheduler::services
