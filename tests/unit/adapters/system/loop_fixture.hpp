#pragma once
// An event loop of the test's own.

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::test {

class LoopTest : public ::testing::Test {
 protected:
  // Longer than anything here takes: a loop that runs on has hung.
  static constexpr std::chrono::seconds kLoopLimit{60};

  // Runs a coroutine to its end on the loop.
  void on_loop(std::function<ports::Async<void>()> body) {
    bool ended = false;
    boost::asio::co_spawn(loop_, body(), [&ended](std::exception_ptr error) {
      ended = true;
      if (error) std::rethrow_exception(error);
    });
    loop_.restart();
    loop_.run_for(kLoopLimit);
    EXPECT_TRUE(ended) << "the coroutine has not ended";
  }

  // Cancels it as soon as it waits; whether it ended by that, with nothing left on the loop.
  bool ends_when_cancelled(ports::Async<void> waiting) {
    boost::asio::cancellation_signal signal;
    bool aborted = false;
    boost::asio::co_spawn(
        loop_, std::move(waiting),
        boost::asio::bind_cancellation_slot(signal.slot(), [&aborted](std::exception_ptr error) {
          try {
            if (error) std::rethrow_exception(error);
          } catch (const boost::system::system_error& failure) {
            aborted = failure.code() == boost::asio::error::operation_aborted;
          }
        }));
    boost::asio::post(loop_, [&signal] { signal.emit(boost::asio::cancellation_type::terminal); });
    loop_.restart();
    loop_.run_for(kLoopLimit);
    return aborted && loop_.stopped();
  }

  boost::asio::io_context loop_{1};
};

}  // namespace pscheduler::test
