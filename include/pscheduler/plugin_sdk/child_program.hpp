#pragma once
// Runs a measurement program for a tool (spec tools.md 1.5): no shell, empty stdin, both streams captured.
// It never outlives the tool: a SIGTERM to the tool ends the program first, and the kernel ends it when the
// tool is killed. For single-threaded programs; blocks the caller.

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

struct ChildProgram {
  std::vector<std::string> words;            // the program, found through PATH, and its arguments
  Duration time_limit{};                     // then SIGTERM, term_to_kill, SIGKILL
  std::size_t output_bytes_max = 16u << 20;  // of stdout and stderr each; a program that prints more is ended
  Duration term_to_kill = std::chrono::milliseconds(500);
  // Asked whenever there is more on stderr, with all of it: a sentence as answer ends the program.
  std::function<std::string(const std::string& errors)> objection{};
};

enum class ChildEnd {
  exited,       // status is its exit status
  signalled,    // status is the signal
  not_started,  // errors says why
  timed_out,
  flooded,   // printed more than output_bytes_max
  objected,  // to what it printed
};

struct ChildOutcome {
  ChildEnd end = ChildEnd::exited;
  int status = 0;
  std::string output;  // stdout, CR LF and CR as LF
  std::string errors;  // stderr likewise; for not_started a sentence of ours

  // A sentence about any end but `exited`; empty for that one.
  std::string trouble;
};

ChildOutcome run_child(const ChildProgram& program);

// Whether PATH leads to such a program.
bool is_installed(const std::string& program);

// The words as a person would type them, quoted where a shell needs it.
std::string command_text(const std::vector<std::string>& words);

}  // namespace pscheduler::sdk
