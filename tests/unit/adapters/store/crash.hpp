#pragma once
// The other half of crash_test.cpp: the process that is killed.

namespace pscheduler::adapters::test {

inline constexpr char kCommitForEver[] = "--commit-for-ever";

// Opens the store in `file` and commits task after task, several at once; writes the number of each to stdout
// as a line when its commit has been answered. Does not return unless something fails.
int commit_for_ever(const char* file);

}  // namespace pscheduler::adapters::test
