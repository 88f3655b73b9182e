#pragma once
// Work that takes long and touches nothing but what it is given: reading large texts.

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <type_traits>
#include <utility>

#include "pscheduler/services/limit_rules.hpp"

namespace pscheduler::services {

// The result of `work`, which is called by the workers if there are any, so that others are served meanwhile.
// A cancellation waits for its end; what it works on is bounded.
template <class Work>
ports::Async<std::invoke_result_t<Work&>> aside(ports::asio::any_io_executor workers, Work work) {
  if (!workers) co_return work();
  auto working = [](Work own) -> ports::Async<std::invoke_result_t<Work&>> { co_return own(); };
  auto done = ports::asio::co_spawn(std::move(workers), working(std::move(work)), ports::asio::use_awaitable);
  co_return co_await std::move(done);
}

}  // namespace pscheduler::services
