#pragma once
// Starting a shepherd with its program. Blocks for the time of one vfork and exec.

#include <sys/types.h>

#include <string>
#include <vector>

#include "adapters/file_descriptor.hpp"
#include "pscheduler/adapters/process/posix_processes.hpp"

namespace pscheduler::adapters {

// A running shepherd and our ends of what connects us with it and its program. Our ends of the pipes do not
// block. Whoever owns this must wait for `pid`.
struct Launched {
  pid_t pid = 0;
  FileDescriptor process;  // pidfd of the shepherd
  FileDescriptor control;
  FileDescriptor input;
  FileDescriptor output;
  FileDescriptor errors;
};

// Starts the program with an empty stdin that is open. Fails with unavailable when descriptors, memory or
// processes are exhausted: trying again may help; invalid_argument or too_large when the arguments or the
// environment cannot be passed on.
Result<Launched> launch(const PosixProcessesOptions& options, const std::vector<std::string>& environment,
                        const ports::ProcessSpec& spec);

}  // namespace pscheduler::adapters
