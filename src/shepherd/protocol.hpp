#pragma once
// What the daemon and the shepherd say to each other. Both come from the same build, so the forms are plain
// structures; the control socket is of type SOCK_SEQPACKET, one message a packet.
//
// The shepherd is started with its end of the control socket as descriptor kControlDescriptor, the program's
// stdin, stdout and stderr as 0, 1 and 2, and these arguments:
//   GRACE_US  LIMIT_US  OPEN_FILES_MAX  FILE_BYTES_MAX  DIRECTORY  PROGRAM  [ARGUMENT...]
// GRACE_US: from SIGTERM to SIGKILL. LIMIT_US: from the start of the program to its deadline. For the limits
// 0 means none. The program's argv[0] is PROGRAM.
//
// Daemon to shepherd: one byte, Order. Closing the socket is the order to end everything at once.
// Shepherd to daemon: the byte kStarted when the program has been executed, and one Report as the last thing
// the shepherd does before it exits.

#include <stdint.h>  // the shepherd is built without the headers of the C++ library

namespace pscheduler::shepherd {

inline constexpr int kControlDescriptor = 3;

// When the daemon has disappeared nobody waits for a polite end: the grace is at most this.
inline constexpr int64_t kAbandonedGraceUsMax = 250'000;

// How long the shepherd tries to end what does not die (another user's process, an uninterruptible sleep).
inline constexpr int64_t kEndingUsMax = 2'000'000;

enum class Order : char {
  terminate = 'T',  // SIGTERM, grace, SIGKILL
  kill = 'K',       // SIGKILL
};

inline constexpr char kStarted = 'S';

enum class Ending : int32_t { exited, signalled, not_started };

enum class Cause : int32_t {
  itself,     // the program ended by itself
  deadline,   // its time limit passed
  ordered,    // the daemon asked
  abandoned,  // the daemon disappeared
};

// What the shepherd was doing when the program could not be started.
enum class Step : int32_t { none, prepare, fork, session, limits, directory, execute };

struct Report {
  Ending ending = Ending::not_started;
  Cause cause = Cause::itself;
  Step step = Step::none;
  int32_t status = 0;             // exit status, signal number, or errno of `step`
  int32_t descendants_ended = 0;  // without the program itself
  bool everybody_ended = true;    // false when something did not die (another user's process)
};

}  // namespace pscheduler::shepherd
