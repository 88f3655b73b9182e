// What archivers share: connections that are kept, waiting with an end, and hiding secrets.

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <string>

#include "shared/kept_connections.hpp"
#include "shared/poll_until.hpp"
#include "shared/secrets.hpp"

namespace pscheduler::plugins {
namespace {

using Connections = KeptConnections<std::string, std::shared_ptr<int>>;

TEST(KeptConnections, AreForTheirWayAloneUntilTheyAreTooOld) {
  constexpr Duration kHour = std::chrono::hours(1);
  Connections kept;
  kept.put_back({"a", std::make_shared<int>(1)});
  EXPECT_FALSE(kept.take("b", kHour));
  auto taken = kept.take("a", kHour);
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken->connection, 1);
  EXPECT_FALSE(kept.take("a", kHour)) << "it is taken";
  const std::weak_ptr<int> connection = taken->connection;
  kept.put_back(*std::exchange(taken, std::nullopt));
  EXPECT_FALSE(connection.expired());
  EXPECT_FALSE(kept.take("a", Duration::zero()));
  EXPECT_TRUE(connection.expired()) << "it was too old";
}

TEST(KeptConnections, AreThoseUsedLast) {
  Connections kept;
  for (const auto* way : {"a", "b", "c", "d"}) kept.put_back({way, std::make_shared<int>(0)});
  kept.put_back(*kept.take("a", Duration::max()));
  kept.put_back({"e", std::make_shared<int>(0)});
  for (const auto* way : {"a", "c", "d", "e"}) EXPECT_TRUE(kept.take(way, Duration::max())) << way;
  EXPECT_FALSE(kept.take("b", Duration::max()));
}

TEST(PollUntil, TellsWhatEndedIt) {
  const auto now = std::chrono::steady_clock::now();
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  EXPECT_EQ(poll_until(ends[0], POLLIN, now), PollEnd::late);
  EXPECT_EQ(poll_until(ends[0], POLLIN, now - std::chrono::hours(1000)), PollEnd::late);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_EQ(poll_until(ends[0], POLLIN, now), PollEnd::ready);
  EXPECT_EQ(poll_until(ends[0], POLLIN, std::chrono::steady_clock::time_point::max()), PollEnd::ready);
  close(ends[0]);
  close(ends[1]);
}

TEST(Secrets, AreHiddenWhereverTheyAreTheLongestFirst) {
  EXPECT_EQ(hide("user:pass-word at pass, pass", {"pass", "pass-word", ""}), "user:*** at ***, ***");
  EXPECT_EQ(hide("a*b", {"*"}), "a***b");
  EXPECT_EQ(hide("nothing", {}), "nothing");
}

}  // namespace
}  // namespace pscheduler::plugins
