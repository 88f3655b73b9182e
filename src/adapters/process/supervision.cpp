#include "adapters/process/supervision.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "adapters/process/orphans.hpp"

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How much later than it should have ended everything a shepherd is given up: what it takes itself for the
// stubborn, and a second for a busy machine.
constexpr Duration kShepherdSlack{shepherd::kEndingUsMax + 1'000'000};

// Orphans are gone in one or two rounds but for a fork loop; together the rounds take at most two seconds.
constexpr Duration kSweepInterval = std::chrono::milliseconds(5);
constexpr int kSweepsMax = 400;

}  // namespace

bool BoundedText::append(std::string_view piece) {
  const auto kept = piece.substr(0, bytes_max_ - text_.size());
  text_.append(kept);
  return kept.size() == piece.size();
}

Supervision::Supervision(const asio::any_io_executor& executor, std::unique_ptr<ShepherdHandle> shepherd,
                         Bounds bounds, std::chrono::steady_clock::time_point started)
    : executor_(executor),
      shepherd_(std::move(shepherd)),
      bounds_(std::move(bounds)),
      started_(started),
      timer_(executor),
      output_text_(bounds_.output_bytes_max),
      errors_text_(bounds_.errors_bytes_max) {}

// The sinks refer to this object: the pumps are finished, and so call them no more, before it goes.
void Supervision::take_output(FileDescriptor pipe) {
  output_ = std::make_shared<OutputPump>(executor_, std::move(pipe),
                                         [this](std::string_view piece) { return sink_output(piece); });
}

void Supervision::take_errors(FileDescriptor pipe) {
  errors_ = std::make_shared<OutputPump>(executor_, std::move(pipe), [this](std::string_view piece) {
    errors_text_.append(piece);
    return true;  // what is beyond the bound is dropped, the pipe is drained
  });
}

void Supervision::feed_input(FileDescriptor pipe, std::shared_ptr<const std::string> bytes) {
  input_ = std::make_shared<InputFeed>(executor_, std::move(pipe), std::move(bytes));
}

void Supervision::start(Finished finished) {
  finished_ = std::move(finished);
  if (output_) output_->start();
  if (errors_) errors_->start();
  if (input_) input_->start();
  shepherd_->when_ended([self = shared_from_this()] { self->shepherd_ended(); });
  if (bounds_.time_limit) expect_end_within(std::max(*bounds_.time_limit, Duration::zero()) + bounds_.grace);
}

void Supervision::terminate() {
  shepherd_->order(shepherd::Order::terminate);
  expect_end_within(bounds_.grace);
}

void Supervision::terminate_after(Duration patience) {
  arm(patience, [this] { terminate(); });
}

bool Supervision::sink_output(std::string_view piece) {
  const auto room = bounds_.output_bytes_max - output_bytes_;
  if (piece.size() > room) {
    output_too_large_ = true;
    piece = piece.substr(0, room);
    if (!ended_) terminate();
  }
  output_bytes_ += piece.size();
  if (!bounds_.on_output) {
    output_text_.append(piece);
  } else if (!piece.empty()) {
    bounds_.on_output(piece);
  }
  return !output_too_large_;
}

void Supervision::arm(Duration length, std::function<void()> expired) {
  timer_.expires_after(length);
  timer_.async_wait([self = shared_from_this(), expired = std::move(expired)](const error_code& error) {
    if (!error && self->finished_) expired();
  });
}

void Supervision::expect_end_within(Duration length) {
  arm(length + kShepherdSlack, [this] {
    overdue_ = true;
    shepherd_->kill_shepherd();
  });
}

void Supervision::shepherd_ended() {
  ended_ = true;
  const auto report = shepherd_->reap();
  if (report) {
    finish_.report = *report;
    return finish();
  }
  finish_.report.ending = shepherd::Ending::signalled;
  finish_.report.cause = overdue_ && bounds_.time_limit ? shepherd::Cause::deadline : shepherd::Cause::itself;
  finish_.report.status = SIGKILL;
  sweep(kSweepsMax);
}

void Supervision::sweep(int rounds_left) {
  const auto found = sweep_orphans();
  finish_.report.descendants_ended += found.ended;
  finish_.report.everybody_ended = !found.left;
  if (!found.left || rounds_left == 0) return finish();
  arm(kSweepInterval, [this, rounds_left] { sweep(rounds_left - 1); });
}

void Supervision::finish() {
  timer_.cancel();
  if (input_) input_->close();
  if (output_) output_->finish();
  if (errors_) errors_->finish();
  auto& outcome = finish_.outcome;
  const auto& report = finish_.report;
  outcome.end =
      report.ending == shepherd::Ending::signalled ? ports::ProcessEnd::signalled : ports::ProcessEnd::exited;
  if (report.cause == shepherd::Cause::deadline) outcome.end = ports::ProcessEnd::timed_out;
  if (output_too_large_) outcome.end = ports::ProcessEnd::output_too_large;
  outcome.status = report.status;
  outcome.descendants_ended = report.descendants_ended;
  outcome.output = output_text_.take();
  outcome.errors = errors_text_.take();
  outcome.elapsed = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started_);
  std::exchange(finished_, nullptr)(std::move(finish_));
}

}  // namespace pscheduler::adapters
