#pragma once
// Real processes on an event loop of the test's own.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "pscheduler/adapters/process/posix_processes.hpp"

namespace pscheduler::test {

// Longer than anything here takes: a loop that runs on has hung.
inline constexpr std::chrono::seconds kLoopLimit{60};

// The processes alive whose environment holds NAME=value.
std::vector<int> living_with(const std::string& name, const std::string& value);

class ProcessTest : public ::testing::Test {
 protected:
  ProcessTest();

  // misbehave with these arguments, marked so that left_behind() finds what comes from it.
  [[nodiscard]] ports::ProcessSpec misbehave(std::vector<std::string> arguments) const;

  // Runs it to its end on the loop.
  Result<ports::ProcessOutcome> run(ports::ProcessSpec spec);

  // The outcome; a failure to start fails the test.
  ports::ProcessOutcome outcome_of(ports::ProcessSpec spec);

  // Runs a coroutine to its end on the loop.
  void on_loop(std::function<ports::Async<void>()> body);

  [[nodiscard]] std::vector<int> left_behind() const;

  boost::asio::io_context loop_{1};
  adapters::PosixProcesses processes_{{SHEPHERD_PATH}};
  std::string mark_;
};

}  // namespace pscheduler::test
