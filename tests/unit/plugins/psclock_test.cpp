// What psclock makes of what nodes say.

#include "tool/psclock/psclock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;

TEST(ReadClock, WantsA200AndATime) {
  EXPECT_THAT(read_clock("n", 503, "busy").error().message,
              HasSubstr("n answered with HTTP status 503: busy"));
  EXPECT_FALSE(read_clock("n", 200, R"({"synchronized":true})"));
  EXPECT_FALSE(read_clock("n", 200, "[]"));
  const auto clock =
      read_clock("n", 200, R"({"time":"2026-03-04T15:15:01Z","synchronized":true,"offest":0.5})");
  ASSERT_TRUE(clock);
  EXPECT_EQ((*clock)["offset"], 0.5);
}

TEST(CompareClocks, IgnoresTheOrder) {
  const Json early = {{"time", "2026-03-04T15:15:01Z"}};
  const Json late = {{"time", "2026-03-04T17:15:01+01:00"}};
  EXPECT_EQ((*compare_clocks(early, late))["difference"], "PT1H");
  EXPECT_EQ((*compare_clocks(late, early))["difference"], "PT1H");
  EXPECT_EQ((*compare_clocks(late, late))["difference"], "P0D");
}

}  // namespace
}  // namespace pscheduler::plugins
