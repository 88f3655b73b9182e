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

// Request, GET runtimes and PUT of a new run: when the run should start if nothing kept it from it. Of two
// leads that want the same time the one with the higher priority, the smaller lot gets it, which is drawn
// from the task and this; the other is told at once. In the answer to GET runtimes what runs have whose turn
// comes later is then free.
inline constexpr std::string_view kNominalStartHeader = "X-Pschedulerd-Nominal-Start";

// Request, PUT of a new run, "1": there was no other time, so runs whose turn comes later give way to it.
inline constexpr std::string_view kTakesTurnHeader = "X-Pschedulerd-Takes-Turn";

// Request, PUT of a run by another participant to its lead: a member of the body, an object with the number
// of the `participant` that has given the run up and its `reason`. 404 and 200 end it, 409 asks for patience.
inline constexpr std::string_view kGaveWay = "gave-way";

// Answer to GET runtimes: the earliest start that the participant can make, by its own clock.
inline constexpr std::string_view kEarliestStartHeader = "X-Pschedulerd-Earliest-Start";

}  // namespace pscheduler::services
