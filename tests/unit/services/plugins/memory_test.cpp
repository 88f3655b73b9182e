// What the host remembers: answers within a bound, and how long tools take to start.

#include <gmock/gmock.h>

#include "services/plugins/answer_memo.hpp"
#include "services/plugins/preparation.hpp"

namespace pscheduler::services {
namespace {

using testing::Optional;
using namespace std::chrono_literals;

TEST(AnswerMemo, ForgetsWhatHasExpired) {
  AnswerMemo memo(100'000);
  memo.keep("q", "a", 10s);
  EXPECT_THAT(memo.find("q", 9s), Optional(std::string("a")));
  EXPECT_EQ(memo.find("q", 10s), std::nullopt);
  EXPECT_EQ(memo.bytes(), 0U);
}

TEST(AnswerMemo, StaysWithinItsBoundAndKeepsWhatIsUsed) {
  AnswerMemo memo(20'000);
  memo.keep("kept", "a", 1h);
  for (int i = 0; i < 1000; ++i) {
    memo.keep("question " + std::to_string(i), std::string(100, 'x'), 1h);
    ASSERT_LE(memo.bytes(), 20'000U);
    ASSERT_TRUE(memo.find("kept", 0s));
  }
  EXPECT_FALSE(memo.find("question 1", 0s));
  EXPECT_TRUE(memo.find("question 999", 0s));
}

TEST(AnswerMemo, ReplacesAnAnswerAndRefusesAHugeOne) {
  AnswerMemo memo(20'000);
  memo.keep("q", "old", 1h);
  memo.keep("q", "new", 1h);
  EXPECT_THAT(memo.find("q", 0s), Optional(std::string("new")));
  memo.keep("q", std::string(15'000, 'x'), 1h);
  EXPECT_FALSE(memo.find("q", 0s)) << "the old answer is no longer true";
  memo.keep("q", "a", 1h);
  memo.clear();
  EXPECT_FALSE(memo.find("q", 0s));
  EXPECT_EQ(memo.bytes(), 0U);
}

TEST(Preparation, FollowsWhatItObservesWithinItsBounds) {
  Preparation preparation;
  EXPECT_EQ(preparation.estimate("ping"), std::nullopt);
  preparation.observe("ping", 150ms);
  EXPECT_EQ(preparation.estimate("ping"), 450ms);  // the mean and four times its half
  for (int i = 0; i < 50; ++i) preparation.observe("ping", 150ms);
  EXPECT_LT(*preparation.estimate("ping"), 160ms);
  EXPECT_GE(*preparation.estimate("ping"), 150ms);
  for (int i = 0; i < 50; ++i) preparation.observe("ping", 1ms);
  EXPECT_EQ(preparation.estimate("ping"), kPreparationMin);
  preparation.observe("slow", 1h);
  EXPECT_EQ(preparation.estimate("slow"), kPreparationMax);
}

}  // namespace
}  // namespace pscheduler::services
