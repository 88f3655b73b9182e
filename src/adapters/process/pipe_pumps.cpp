#include "adapters/process/pipe_pumps.hpp"

#include <unistd.h>

#include <array>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <utility>

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// What a pipe holds unless somebody enlarged it.
constexpr std::size_t kPieceBytes = 65'536;

// So that one flood does not hold up the rest of the event loop.
constexpr int kReadsPerTurn = 8;

// What is taken from a pipe whose writers have ended: the largest a pipe can be made without privileges, 1
// MiB.
constexpr int kReadsAtEnd = 16;

}  // namespace

OutputPump::OutputPump(const asio::any_io_executor& executor, FileDescriptor pipe, Sink sink)
    : pipe_(executor, pipe.release()), sink_(std::move(sink)) {}

void OutputPump::start() {
  if (!pipe_.is_open()) return;
  pipe_.async_wait(asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const error_code& error) {
                     if (error || !self->pipe_.is_open()) return;
                     if (self->read_available(kReadsPerTurn) == More::later) {
                       self->start();
                     } else {
                       self->close();
                     }
                   });
}

void OutputPump::finish() {
  if (pipe_.is_open()) read_available(kReadsAtEnd);
  close();
}

OutputPump::More OutputPump::read_available(int reads_max) {
  std::array<char, kPieceBytes> piece;
  for (int i = 0; i < reads_max; ++i) {
    const auto count = ::read(pipe_.native_handle(), piece.data(), piece.size());
    if (count == 0) return More::never;
    if (count < 0) return errno == EAGAIN || errno == EINTR ? More::later : More::never;
    if (!sink_(std::string_view(piece.data(), static_cast<std::size_t>(count)))) return More::never;
  }
  return More::later;
}

void OutputPump::close() {
  error_code ignored;
  pipe_.close(ignored);
}

InputFeed::InputFeed(const asio::any_io_executor& executor, FileDescriptor pipe,
                     std::shared_ptr<const std::string> bytes)
    : pipe_(executor, pipe.release()), bytes_(std::move(bytes)) {}

void InputFeed::start() {
  if (write_available() == More::never) return close();
  pipe_.async_wait(asio::posix::stream_descriptor::wait_write,
                   [self = shared_from_this()](const error_code& error) {
                     if (!error && self->pipe_.is_open()) self->start();
                   });
}

InputFeed::More InputFeed::write_available() {
  while (written_ < bytes_->size()) {
    const auto count = ::write(pipe_.native_handle(), bytes_->data() + written_, bytes_->size() - written_);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? More::later : More::never;
    written_ += static_cast<std::size_t>(count);
  }
  return More::never;
}

void InputFeed::close() {
  error_code ignored;
  pipe_.close(ignored);
}

}  // namespace pscheduler::adapters
