#include "adapters/process/timed_wait.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <memory>

namespace pscheduler::adapters {

namespace asio = boost::asio;
using boost::system::error_code;

ports::Async<Waited> wait_ready(asio::posix::stream_descriptor& descriptor,
                                asio::posix::stream_descriptor::wait_type type, Duration limit) {
  struct State {
    asio::posix::stream_descriptor* waiting;
    bool expired;
  };
  auto state = std::make_shared<State>(State{&descriptor, false});
  asio::steady_timer timer(descriptor.get_executor(), limit);
  timer.async_wait([state](const error_code& error) {
    if (error || state->waiting == nullptr) return;
    state->expired = true;
    state->waiting->cancel();
  });
  error_code error;
  co_await descriptor.async_wait(type, asio::redirect_error(asio::use_awaitable, error));
  state->waiting = nullptr;
  if (!error) co_return Waited::ready;
  if (state->expired) co_return Waited::timed_out;
  throw boost::system::system_error(error);
}

}  // namespace pscheduler::adapters
