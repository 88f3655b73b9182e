#pragma once
// Child processes on Linux: ports::Processes with pipes, pidfds and the shepherd program.
//
// Construct one for the process, on any thread, before programs are run; use it from one event loop. It makes
// this process a subreaper (so that orphans of a shepherd that was killed come to it and can be ended) and
// lets it ignore SIGPIPE when nothing else handles it. The inherited environment is the one at construction.
//
// Beyond the contract of the port:
// - ProcessSpec::output_bytes_max bounds the total of stdout, also with on_output.
// - A program that has its descendants keep stdout open does not delay the end: what is in the pipe when the
//   program and everything below it has ended is taken, then the pipe is closed.
// - Should a shepherd not do its duty (a program may kill or stop it), this process ends it and its orphans;
// the
//   outcome is then "signalled" by SIGKILL, or "timed_out".

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pscheduler/ports/processes.hpp"

namespace pscheduler::adapters {

struct PosixProcessesOptions {
  std::filesystem::path shepherd;   // the pscheduler-shepherd program
  std::int64_t open_files_max = 0;  // for each program; 0: as inherited
  std::int64_t file_bytes_max = 0;  // size of a file it may write; 0: as inherited
};

class PosixProcesses final : public ports::Processes {
 public:
  explicit PosixProcesses(PosixProcessesOptions options);

  ports::AsyncResult<ports::ProcessOutcome> run(ports::ProcessSpec spec) override;
  ports::AsyncResult<std::unique_ptr<ports::Conversation>> start(ports::ProcessSpec spec) override;

 private:
  PosixProcessesOptions options_;
  std::vector<std::string> environment_;  // NAME=value
};

}  // namespace pscheduler::adapters
