#include "services/plugins/in_parallel.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <utility>

namespace pscheduler::services {
namespace {

using namespace boost::asio::experimental::awaitable_operators;

struct Work {
  std::size_t next = 0;
  std::size_t count = 0;
  std::function<ports::Async<void>(std::size_t)> step;
};

ports::Async<void> worker(Work& work) {
  while (work.next < work.count) {
    auto step = work.step(work.next++);
    co_await std::move(step);
  }
}

}  // namespace

ports::Async<void> in_parallel(std::size_t count, std::function<ports::Async<void>(std::size_t)> step) {
  Work work{0, count, std::move(step)};
  if (count < 2) {
    co_await worker(work);
    co_return;
  }
  auto first = worker(work);
  auto second = worker(work);
  auto third = worker(work);
  auto fourth = worker(work);
  auto all = std::move(first) && std::move(second) && std::move(third) && std::move(fourth);
  try {
    co_await std::move(all);
  } catch (const boost::asio::multiple_exceptions& several) {
    std::rethrow_exception(several.first_exception());  // a cancellation ends all of them
  }
}

}  // namespace pscheduler::services
