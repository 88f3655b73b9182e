#include "batch/gate.hpp"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "pscheduler/ports/scope.hpp"

namespace pscheduler::batch {
namespace {

using ::testing::ElementsAre;

Instant second(int number) {
  return Instant(std::chrono::seconds(number));
}

class GateTest : public ::testing::Test {
 protected:
  // Goes in, is noted, and stays until `leave` is notified.
  static ports::Async<void> visit(Gate& gate, int urgency, std::vector<int>& seen, ports::Event& leave) {
    auto entering = gate.enter(second(urgency));
    const auto place = co_await std::move(entering);
    seen.push_back(urgency);
    co_await leave.wait();
  }

  void settle() {
    loop_.restart();
    loop_.poll();
  }

  boost::asio::io_context loop_{1};
  Gate gate_{loop_.get_executor(), 1};
  ports::Scope scope_{loop_.get_executor(), [](std::exception_ptr) { FAIL(); }};
  ports::Event leave_{loop_.get_executor()};
  std::vector<int> seen_;
};

TEST_F(GateTest, TheMostUrgentGoesInNext) {
  for (const int urgency : {9, 5, 7, 5}) scope_.spawn(visit(gate_, urgency, seen_, leave_));
  for (int i = 0; i < 4; ++i) {
    settle();
    leave_.notify_all();
  }
  settle();
  EXPECT_THAT(seen_, ElementsAre(9, 5, 5, 7));
  EXPECT_EQ(scope_.size(), 0u);
}

TEST_F(GateTest, WhoGivesUpLosesNoPlace) {
  scope_.spawn(visit(gate_, 1, seen_, leave_));
  const auto waiting = scope_.spawn(visit(gate_, 2, seen_, leave_));
  scope_.spawn(visit(gate_, 3, seen_, leave_));
  settle();
  // Called and cancelled in the same moment: the place goes on to the next.
  leave_.notify_all();
  scope_.cancel(waiting);
  settle();
  leave_.notify_all();
  settle();
  leave_.notify_all();
  settle();
  EXPECT_THAT(seen_, ::testing::Contains(3));
  EXPECT_EQ(scope_.size(), 0u);
}

}  // namespace
}  // namespace pscheduler::batch
