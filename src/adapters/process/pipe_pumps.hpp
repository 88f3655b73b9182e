#pragma once
// Moving bytes between pipes and memory in the background of an event loop. Neither end ever blocks.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/file_descriptor.hpp"

namespace pscheduler::adapters {

// Reads a pipe until its end and gives each piece to a sink.
class OutputPump : public std::enable_shared_from_this<OutputPump> {
 public:
  // Returns whether more is wanted; after `false` the pipe is left alone.
  using Sink = std::function<bool(std::string_view)>;

  OutputPump(const boost::asio::any_io_executor& executor, FileDescriptor pipe, Sink sink);

  void start();

  // Takes what is in the pipe now and closes it. The sink is not called later.
  void finish();

 private:
  enum class More { later, never };
  More read_available(int reads_max);
  void close();

  boost::asio::posix::stream_descriptor pipe_;
  Sink sink_;
};

// Writes bytes to a pipe and closes it. A reader that has gone or does not care is no error.
class InputFeed : public std::enable_shared_from_this<InputFeed> {
 public:
  InputFeed(const boost::asio::any_io_executor& executor, FileDescriptor pipe,
            std::shared_ptr<const std::string> bytes);

  // Small inputs are in the pipe, and the pipe closed, when this returns.
  void start();
  void close();

 private:
  enum class More { later, never };
  More write_available();

  boost::asio::posix::stream_descriptor pipe_;
  std::shared_ptr<const std::string> bytes_;
  std::size_t written_ = 0;
};

}  // namespace pscheduler::adapters
