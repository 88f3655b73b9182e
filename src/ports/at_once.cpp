#include "pscheduler/ports/at_once.hpp"

#include "pscheduler/ports/scope.hpp"

namespace pscheduler::ports {

Async<void> at_once(asio::any_io_executor executor, std::size_t count,
                    std::function<Async<void>(std::size_t)> step) {
  std::exception_ptr thrown;
  Scope steps(std::move(executor),
              [&thrown](std::exception_ptr exception) { thrown = std::move(exception); });
  for (std::size_t i = 0; i < count; ++i) steps.spawn(step(i));
  try {
    co_await steps.join();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (steps.size() > 0) {
    steps.cancel_all();
    co_await shield_from_cancellation();
    co_await steps.join();
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace pscheduler::ports
