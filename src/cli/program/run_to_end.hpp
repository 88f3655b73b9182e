#pragma once
// Runs one coroutine on an event loop until it ends, and no longer: what others keep on the loop may stay
// there.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

template <class T>
Result<T> run_to_end(boost::asio::io_context& loop, boost::asio::awaitable<Result<T>> operation) {
  std::optional<Result<T>> answer;
  std::exception_ptr problem;
  boost::asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr thrown, Result<T> result) {
    problem = thrown;
    answer.emplace(std::move(result));
  });
  loop.restart();
  while (!answer && loop.run_one() > 0) {
  }
  if (problem) std::rethrow_exception(problem);
  if (!answer) return fail(Errc::internal, "the operation ended without an answer");
  return std::move(*answer);
}

}  // namespace pscheduler::cli
