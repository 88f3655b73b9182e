#pragma once
// Runs one coroutine on an event loop until it ends, and no longer: what others keep on the loop may stay
// there.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "pscheduler/base/result.hpp"
#include "pscheduler/ports/scope.hpp"

namespace pscheduler::cli {

// How often `go_on` is asked meanwhile: often enough for a screen that follows its keys.
inline constexpr std::chrono::milliseconds kMeanwhile{100};

// `go_on` may be empty; when it answers false the operation is cancelled, and its result is `cancelled`.
template <class T>
Result<T> run_to_end(boost::asio::io_context& loop, boost::asio::awaitable<Result<T>> operation,
                     const std::function<bool()>& go_on = {}) {
  namespace asio = boost::asio;
  std::optional<Result<T>> answer;
  std::exception_ptr problem;
  asio::cancellation_signal give_up;
  const auto ended = [&](std::exception_ptr thrown, Result<T> result) {
    problem = thrown;
    answer.emplace(std::move(result));
  };
  asio::co_spawn(loop, std::move(operation), asio::bind_cancellation_slot(give_up.slot(), ended));
  loop.restart();
  bool given_up = false;
  auto ask_at = std::chrono::steady_clock::now() + kMeanwhile;
  while (!answer) {
    const bool idle = go_on ? loop.run_one_until(ask_at) == 0 : loop.run_one() == 0;
    if (idle && loop.stopped()) break;
    if (!go_on || given_up || std::chrono::steady_clock::now() < ask_at) continue;
    ask_at = std::chrono::steady_clock::now() + kMeanwhile;
    given_up = !go_on();
    if (given_up) give_up.emit(asio::cancellation_type::terminal);
  }
  if (problem && given_up && ports::is_cancellation(problem)) return fail(Errc::cancelled, "given up");
  if (problem) std::rethrow_exception(problem);
  if (!answer) return fail(Errc::internal, "the operation ended without an answer");
  return std::move(*answer);
}

}  // namespace pscheduler::cli
