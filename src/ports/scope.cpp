#include "pscheduler/ports/scope.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>
#include <vector>

namespace pscheduler::ports {

bool is_cancellation(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (const asio::multiple_exceptions& several) {
    return is_cancellation(several.first_exception());
  } catch (...) {
    return false;
  }
}

Scope::Scope(asio::any_io_executor executor, std::function<void(std::exception_ptr)> on_exception)
    : executor_(std::move(executor)), on_exception_(std::move(on_exception)), ended_(executor_) {}

Scope::~Scope() {
  assert(signals_.empty());
}

Scope::Ticket Scope::spawn(Async<void> coroutine) {
  const Ticket ticket = ++last_ticket_;
  auto& signal = signals_[ticket];
  asio::co_spawn(executor_, std::move(coroutine),
                 asio::bind_cancellation_slot(signal.slot(), [this, ticket](std::exception_ptr exception) {
                   // The coroutine's frame is still there and uses the signal until it has gone.
                   asio::post(executor_, [this, ticket, exception] { ended(ticket, exception); });
                 }));
  return ticket;
}

void Scope::ended(Ticket ticket, const std::exception_ptr& exception) {
  signals_.erase(ticket);
  if (exception && !is_cancellation(exception)) on_exception_(exception);
  ended_.notify_all();
}

void Scope::cancel(Ticket ticket) {
  const auto found = signals_.find(ticket);
  if (found != signals_.end()) found->second.emit(asio::cancellation_type::all);
}

void Scope::cancel_all() {
  std::vector<Ticket> tickets;
  for (const auto& [ticket, signal] : signals_) tickets.push_back(ticket);
  for (const Ticket ticket : tickets) cancel(ticket);
}

Async<void> Scope::join() {
  while (!signals_.empty()) co_await ended_.wait();
}

}  // namespace pscheduler::ports
