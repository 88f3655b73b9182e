#pragma once
// What signals do to a command (spec cli.md, 1.7 and 1.8).

namespace pscheduler::cli {

// HUP, INT, QUIT and TERM end the program quietly with status 0; what it asked of servers goes on there. USR1
// turns debugging on, USR2 off.
void handle_signals();

// From now on the first of these that comes is only remembered; the next one ends the program with the status
// that shells know for it.
void remember_signals();

// The number of the signal that was remembered, 0 for none.
int remembered_signal();

// What a signal that ends the program does first; null for nothing. It may call what signal handlers may
// call.
void set_farewell(void (*farewell)());

enum class DebugBySignal { not_asked, on, off };

// The last that USR1 or USR2 asked for.
DebugBySignal debug_by_signal();

}  // namespace pscheduler::cli
