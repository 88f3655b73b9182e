#pragma once
// A running shepherd as the event loop sees it: orders to it, its end, its report, and its reaping.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <optional>

#include "adapters/file_descriptor.hpp"
#include "adapters/process/launch.hpp"
#include "shepherd/protocol.hpp"

namespace pscheduler::adapters {

class ShepherdHandle {
 public:
  ShepherdHandle(const boost::asio::any_io_executor& executor, Launched& launched);

  // When the shepherd still runs it is left to end everything by itself, and is reaped in the background.
  ~ShepherdHandle();
  ShepherdHandle(const ShepherdHandle&) = delete;
  ShepherdHandle& operator=(const ShepherdHandle&) = delete;

  // Calls `ended` once when the shepherd has ended, and not when the handle is destroyed before.
  void when_ended(std::function<void()> ended);

  // A descriptor that is readable once the program has been executed or could not be.
  [[nodiscard]] Result<FileDescriptor> start_signal() const;
  [[nodiscard]] bool has_started();

  void order(shepherd::Order order);

  // For a shepherd that does not answer; its program's processes become our orphans then.
  void kill_shepherd();

  // After its end: removes the zombie and reads the report; nothing when the shepherd was killed.
  std::optional<shepherd::Report> reap();

 private:
  std::optional<shepherd::Report> read_report();

  pid_t pid_;
  boost::asio::posix::stream_descriptor process_;  // pidfd
  FileDescriptor control_;
  bool reaped_ = false;
};

}  // namespace pscheduler::adapters
