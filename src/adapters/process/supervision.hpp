#pragma once
// From a started program to its end: takes its output, keeps its bounds, and ends only when the program and
// everything below it is gone.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/process/launch.hpp"
#include "adapters/process/pipe_pumps.hpp"
#include "adapters/process/shepherd_handle.hpp"
#include "pscheduler/ports/processes.hpp"

namespace pscheduler::adapters {

// Keeps the first bytes_max bytes and drops the rest.
class BoundedText {
 public:
  explicit BoundedText(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // False when something had to be dropped.
  bool append(std::string_view piece);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

 private:
  std::size_t bytes_max_;
  std::string text_;
};

// What supervision needs to know of a ProcessSpec.
struct Bounds {
  std::optional<Duration> time_limit;
  Duration grace{};
  std::size_t output_bytes_max = 0;
  std::size_t errors_bytes_max = 0;
  std::function<void(std::string_view)> on_output;
};

// How a supervised program ended, and the shepherd's word for it.
struct Finish {
  ports::ProcessOutcome outcome;
  shepherd::Report report;
};

class Supervision : public std::enable_shared_from_this<Supervision> {
 public:
  using Finished = std::function<void(Finish)>;

  Supervision(const boost::asio::any_io_executor& executor, std::unique_ptr<ShepherdHandle> shepherd,
              Bounds bounds, std::chrono::steady_clock::time_point started);

  // The pipes; each may be left out.
  void take_output(FileDescriptor pipe);
  void take_errors(FileDescriptor pipe);
  void feed_input(FileDescriptor pipe, std::shared_ptr<const std::string> bytes);

  // Calls `finished` once, never from within this call.
  void start(Finished finished);

  // Ends the program: SIGTERM, grace, SIGKILL.
  void terminate();

  // Terminates it unless it has ended by itself in `patience`.
  void terminate_after(Duration patience);

 private:
  bool sink_output(std::string_view piece);
  void arm(Duration length, std::function<void()> expired);
  void expect_end_within(Duration length);
  void shepherd_ended();
  void sweep(int rounds_left);
  void finish();

  boost::asio::any_io_executor executor_;
  std::unique_ptr<ShepherdHandle> shepherd_;
  Bounds bounds_;
  std::chrono::steady_clock::time_point started_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<OutputPump> output_;
  std::shared_ptr<OutputPump> errors_;
  std::shared_ptr<InputFeed> input_;
  std::size_t output_bytes_ = 0;
  BoundedText output_text_;
  BoundedText errors_text_;
  bool output_too_large_ = false;
  bool ended_ = false;    // the shepherd has
  bool overdue_ = false;  // the shepherd did not keep the deadline
  Finish finish_;
  Finished finished_;
};

}  // namespace pscheduler::adapters
