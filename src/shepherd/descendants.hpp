#pragma once
// Finding every process below this one. Being a subreaper makes that possible: whatever loses its parent
// becomes our child, so that "waitpid says ECHILD" means that nobody is left, in any session.

namespace pscheduler::shepherd {

// Sends a signal to each process below this one as they are seen in one walk through /proc: to all levels, as
// children usually have higher ids than their parents; after the ids have wrapped around it takes more walks.
// SIGKILL also goes to their process groups: that is atomic against fork(), so one walk ends a fork loop that
// stays in its group; one that leaves it takes a few more.
void signal_descendants(int signal_number);

}  // namespace pscheduler::shepherd
