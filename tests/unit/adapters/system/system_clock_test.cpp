#include "pscheduler/adapters/system/system_clock.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/this_coro.hpp>
#include <vector>

#include "loop_fixture.hpp"

namespace pscheduler::test {
namespace {

constexpr Duration kShort = std::chrono::milliseconds(20);
constexpr Duration kLong = std::chrono::hours(24);

class SystemClockTest : public LoopTest {
 protected:
  adapters::SystemClock clock_;
  const Duration begun_ = clock_.steady();
};

TEST_F(SystemClockTest, SleepsUntilTheInstantAndNotLess) {
  on_loop([this]() -> ports::Async<void> {
    const auto at = clock_.now() + kShort;
    co_await clock_.sleep_until(at);
    EXPECT_GE(clock_.now(), at);
  });
}

TEST_F(SystemClockTest, SleepsForTheLengthAndNotLess) {
  on_loop([this]() -> ports::Async<void> {
    const auto before = clock_.steady();
    co_await clock_.sleep_for(kShort);
    EXPECT_GE(clock_.steady() - before, kShort);
  });
}

TEST_F(SystemClockTest, DoesNotSleepWhenTheTimeIsPast) {
  on_loop([this]() -> ports::Async<void> {
    co_await clock_.sleep_until(Instant());
    co_await clock_.sleep_until(clock_.now() - kLong);
    co_await clock_.sleep_for(Duration(-1));
  });
}

TEST_F(SystemClockTest, EndsPromptlyWhenCancelled) {
  EXPECT_TRUE(ends_when_cancelled(clock_.sleep_until(clock_.now() + kLong)));
  EXPECT_TRUE(ends_when_cancelled(clock_.sleep_for(kLong)));
}

TEST_F(SystemClockTest, AnAlarmThatIsTakenBackDoesNotRing) {
  on_loop([this]() -> ports::Async<void> {
    const auto executor = co_await ports::asio::this_coro::executor;
    int rung = 0;
    const auto ring = [&rung] { ++rung; };
    auto by_calendar = clock_.alarm_at(executor, clock_.now() + kShort, ring);
    auto by_steady_clock = clock_.alarm_in(executor, kShort, ring);
    const auto another = clock_.alarm_in(executor, kShort, ring);
    // Until all are due, without the loop having had its turn.
    while (clock_.steady() < begun_ + 2 * kShort) {
    }
    by_calendar.reset();
    by_steady_clock.reset();
    co_await clock_.sleep_for(kShort);
    EXPECT_EQ(rung, 1);
  });
}

TEST_F(SystemClockTest, SleepsAlsoWhenDescriptorsAreExhausted) {
  on_loop([this]() -> ports::Async<void> {
    co_await clock_.sleep_for(Duration(1));  // the loop's own timer is there
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    std::vector<int> filler;
    for (int copy; filler.size() < limit.rlim_cur && (copy = dup(0)) >= 0;) filler.push_back(copy);
    const auto at = clock_.now() + kShort;
    co_await clock_.sleep_until(at);
    EXPECT_GE(clock_.now(), at);
    for (const int copy : filler) close(copy);
  });
}

}  // namespace
}  // namespace pscheduler::test
