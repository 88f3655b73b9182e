#pragma once
// The program a shepherd looks after: what the command line asks for, and its start.

#include <stdint.h>
#include <sys/types.h>

#include "shepherd/protocol.hpp"

namespace pscheduler::shepherd {

struct Request {
  int64_t grace_us;
  int64_t limit_us;        // 0: none
  int64_t open_files_max;  // 0: as inherited
  int64_t file_bytes_max;  // 0: as inherited
  const char* directory;
  char** arguments;  // the program's path first, a null pointer last
};

// False when the command line is not the one of protocol.hpp.
bool read_request(int argc, char** argv, Request& request);

struct Start {
  pid_t pid;  // 0: not started
  Step step;  // what failed
  int error;  // its errno
};

// Starts the program in a session of its own with all signals unblocked. Signals must have their default
// dispositions and descriptors that it shall not have must be closed on exec.
Start start_program(const Request& request);

}  // namespace pscheduler::shepherd
