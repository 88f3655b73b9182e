#pragma once
// Child processes. Each runs under a shepherd: in a session of its own, and with every descendant gone when
// the run ends, its deadline passes, the caller cancels, or this process disappears (design, section 7).

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

struct ProcessSpec {
  std::filesystem::path program;                                 // absolute
  std::vector<std::string> arguments;                            // without argv[0]
  std::vector<std::pair<std::string, std::string>> environment;  // added to, or replacing, the inherited one
  std::filesystem::path working_directory = "/";
  std::string input;                                // written to stdin, then end of file
  std::optional<Duration> time_limit;               // from the start of the program
  Duration grace = std::chrono::milliseconds(500);  // from SIGTERM to SIGKILL
  std::size_t output_bytes_max = 64u << 20;
  std::size_t errors_bytes_max = 1u << 20;  // stderr beyond this is dropped, not an error
  // Called with each piece of stdout as it arrives instead of collecting it in ProcessOutcome::output.
  std::function<void(std::string_view)> on_output;
};

enum class ProcessEnd {
  exited,            // status = exit status
  signalled,         // status = signal number
  timed_out,         // ended by us at the time limit
  output_too_large,  // ended by us at output_bytes_max
};

struct ProcessOutcome {
  ProcessEnd end = ProcessEnd::exited;
  int status = 0;
  std::string output;         // stdout, also partial output before a deadline
  std::string errors;         // stderr
  int descendants_ended = 0;  // processes the program left behind and the shepherd ended
  Duration elapsed{};
};

// A process that stays: bytes in, bytes out, until it is stopped or ends. Destroying it stops the process
// without waiting for it.
class Conversation {
 public:
  virtual ~Conversation() = default;

  // Fails when the process has closed its input or ended, or does not take the bytes by the time limit.
  virtual AsyncResult<void> write(std::string bytes, Duration time_limit) = 0;

  // The bytes up to and without `delimiter`; fails at end of output, beyond bytes_max, or at the time limit
  // (timed_out). What arrived early stays for the next read.
  virtual AsyncResult<std::string> read_until(char delimiter, std::size_t bytes_max, Duration time_limit) = 0;

  // Closes its input, waits up to `grace`, then ends it and every descendant.
  virtual Async<ProcessOutcome> stop(Duration grace) = 0;

  // What it has written to stderr so far, bounded.
  [[nodiscard]] virtual std::string errors() const = 0;
};

class Processes {
 public:
  virtual ~Processes() = default;

  // Runs a program to its end. Fails only when it could not be started (unavailable when descriptors, memory
  // or processes are exhausted; plugin_failed when the file is missing or not executable).
  virtual AsyncResult<ProcessOutcome> run(ProcessSpec spec) = 0;

  // Starts a program that stays; ProcessSpec::input, time_limit and on_output are not used.
  virtual AsyncResult<std::unique_ptr<Conversation>> start(ProcessSpec spec) = 0;
};

}  // namespace pscheduler::ports
