#include "pscheduler/adapters/system/system_random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pscheduler::test {
namespace {

TEST(SystemRandom, DoesNotRepeatItself) {
  adapters::SystemRandom one;
  adapters::SystemRandom other;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(seen.insert(one.next()).second);
    EXPECT_TRUE(seen.insert(other.next()).second);
  }
}

TEST(SystemRandom, UsesEveryBit) {
  adapters::SystemRandom random;
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (int i = 0; i < 100; ++i) {
    const auto value = random.next();
    ones |= value;
    zeros |= ~value;
  }
  EXPECT_EQ(ones, ~std::uint64_t{0});
  EXPECT_EQ(zeros, ~std::uint64_t{0});
}

}  // namespace
}  // namespace pscheduler::test
