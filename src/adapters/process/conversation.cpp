#include "adapters/process/conversation.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "adapters/process/supervise.hpp"
#include "adapters/process/timed_wait.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using std::chrono::steady_clock;

// One read takes at most what a pipe holds.
constexpr std::size_t kPieceBytes = 65'536;

Duration left_until(steady_clock::time_point deadline) {
  return std::chrono::duration_cast<Duration>(deadline - steady_clock::now());
}

}  // namespace

PosixConversation::PosixConversation(const asio::any_io_executor& executor, Launched launched,
                                     const ports::ProcessSpec& spec)
    : executor_(executor),
      name_(spec.program.string()),
      bounds_{std::nullopt, spec.grace, spec.output_bytes_max, spec.errors_bytes_max, {}},
      shepherd_(std::make_unique<ShepherdHandle>(executor, launched)),
      input_(executor, launched.input.release()),
      output_(executor, launched.output.release()),
      errors_text_(std::make_shared<BoundedText>(spec.errors_bytes_max)) {
  const auto keep = [text = errors_text_](std::string_view piece) {
    text->append(piece);
    return true;  // what is beyond the bound is dropped, the pipe is drained
  };
  errors_ = std::make_shared<OutputPump>(executor, std::move(launched.errors), keep);
  errors_->start();
}

PosixConversation::~PosixConversation() {
  errors_->finish();
}

ports::AsyncResult<void> PosixConversation::write(std::string bytes, Duration time_limit) {
  const auto deadline = steady_clock::now() + time_limit;
  for (std::size_t written = 0; written < bytes.size();) {
    if (!input_.is_open()) co_return fail(ended("has been stopped"));
    const auto count = ::write(input_.native_handle(), bytes.data() + written, bytes.size() - written);
    if (count >= 0) {
      written += static_cast<std::size_t>(count);
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) co_return fail(ended("has closed its input"));
    const auto waited = co_await wait_ready(input_, stream_descriptor::wait_write, left_until(deadline));
    if (waited == Waited::timed_out) {
      co_return fail(Errc::timed_out, name_ + " does not read its input");
    }
  }
  co_return Result<void>();
}

ports::AsyncResult<std::string> PosixConversation::read_until(char delimiter, std::size_t bytes_max,
                                                              Duration time_limit) {
  const auto deadline = steady_clock::now() + time_limit;
  std::size_t searched = 0;
  for (;;) {
    const auto at = unread_.find(delimiter, searched);
    searched = unread_.size();
    if (at != std::string::npos && at <= bytes_max) {
      auto text = unread_.substr(0, at);
      unread_.erase(0, at + 1);
      co_return text;
    }
    if (unread_.size() > bytes_max) {
      co_return fail(Errc::too_large,
                     name_ + " answered with more than " + std::to_string(bytes_max) + " bytes");
    }
    const auto piece = read_piece();
    if (piece == Piece::end) co_return fail(ended("has ended its output"));
    if (piece == Piece::taken) continue;
    const auto waited = co_await wait_ready(output_, stream_descriptor::wait_read, left_until(deadline));
    if (waited == Waited::timed_out) co_return fail(Errc::timed_out, name_ + " gave no answer in time");
  }
}

PosixConversation::Piece PosixConversation::read_piece() {
  if (!output_.is_open()) return Piece::end;
  std::array<char, kPieceBytes> piece;
  const auto count = ::read(output_.native_handle(), piece.data(), piece.size());
  if (count < 0) return errno == EAGAIN || errno == EINTR ? Piece::none_yet : Piece::end;
  unread_.append(piece.data(), static_cast<std::size_t>(count));
  return count == 0 ? Piece::end : Piece::taken;
}

Error PosixConversation::ended(const char* what) const {
  return Error{Errc::plugin_failed, name_ + " " + what, excerpt(errors_text_->text(), 2'000)};
}

ports::Async<ports::ProcessOutcome> PosixConversation::stop(Duration grace) {
  auto finish = co_await stop_and_report(grace);
  co_return std::move(finish.outcome);
}

ports::Async<Finish> PosixConversation::stop_and_report(Duration patience) {
  boost::system::error_code ignored;
  input_.close(ignored);
  if (!shepherd_) co_return Finish();
  auto supervision = std::make_shared<Supervision>(executor_, std::move(shepherd_), bounds_, started_);
  supervision->take_output(FileDescriptor(output_.release()));
  supervision->terminate_after(patience);
  auto finish = co_await supervise(std::move(supervision));
  errors_->finish();
  finish.outcome.output.insert(0, std::exchange(unread_, {}));
  finish.outcome.errors = errors_text_->text();
  co_return finish;
}

std::string PosixConversation::errors() const {
  return errors_text_->text();
}

ports::AsyncResult<void> PosixConversation::wait_started(Duration time_limit) {
  auto signal = shepherd_->start_signal();
  if (!signal) co_return fail(std::move(signal.error()));
  stream_descriptor control(executor_, signal->release());
  const auto waited = co_await wait_ready(control, stream_descriptor::wait_read, time_limit);
  if (waited == Waited::timed_out) co_return fail(Errc::timed_out, name_ + " could not be started in time");
  if (!shepherd_->has_started()) co_return fail(ended("could not be started"));
  co_return Result<void>();
}

}  // namespace pscheduler::adapters
