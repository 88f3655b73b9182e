#pragma once
// What every port's asynchronous operation returns.
//
// Rules for all of them: the operation runs on the caller's executor, ends promptly when cancelled, and then
// throws boost::system::system_error(operation_aborted). Cancellation is the one exception that crosses a
// service; every other failure is a Result (design, section 3).

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "pscheduler/base/result.hpp"

namespace pscheduler::ports {

namespace asio = boost::asio;

template <class T>
using Async = asio::awaitable<T>;

template <class T>
using AsyncResult = asio::awaitable<Result<T>>;

}  // namespace pscheduler::ports
