#pragma once
// For commands that do many things at a time: calls as coroutines on one thread.

#include <functional>
#include <string>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/http_client.hpp"

namespace pscheduler::cli {

class EventLoop {
 public:
  virtual ~EventLoop() = default;

  virtual ports::asio::any_io_executor executor() = 0;
  virtual ports::Clock& clock() = 0;

  // Its bind addresses may be addresses, and names and interfaces that were made known before.
  virtual ports::HttpClient& client() = 0;
  virtual Result<void> make_known(const std::string& bind) = 0;

  // Runs a coroutine to its end. `go_on` is asked some ten times a second; when it answers false, the
  // coroutine is cancelled and the result is `cancelled`.
  virtual Result<void> run(ports::AsyncResult<void> operation, const std::function<bool()>& go_on) = 0;
};

}  // namespace pscheduler::cli
