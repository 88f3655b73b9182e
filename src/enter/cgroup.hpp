#pragma once
// A cgroup (version 2) of this process's own, below the one it is in.

namespace pscheduler::enter {

// Makes the one named PREFIX and NAME, or finds it if it is there, and gives a descriptor of its folder. When
// this process is in one whose name begins with the prefix, it is made beside that one, not in it. Ends with a
// sentence when that cannot be.
int open_cgroup(const char* prefix, const char* name);

// Moves this process into it.
void join_cgroup(int folder);

}  // namespace pscheduler::enter
