// Who may be given a result next: fair between destinations, bounded for each, and never all for silent ones.

#include "services/archiving/destination_turns.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <map>

namespace pscheduler::services {
namespace {

using namespace std::chrono_literals;

Instant at(Duration after) {
  return Instant(1'000h) + after;
}

class Turns : public testing::Test {
 protected:
  // So many results wait at a destination that there is always another.
  void backlog(const std::string& destination, const std::string& archiver = "http", Instant since = at(0s)) {
    turns_.expect(destination, archiver, since);
  }

  std::optional<std::string> take(Instant now = at(1s)) {
    const auto taken = turns_.take(now);
    if (!taken) return std::nullopt;
    if (!turns_.draw(*taken)) {
      turns_.put(*taken, std::vector<Archiving>(3), true, {});
      EXPECT_TRUE(turns_.draw(*taken));
    }
    return taken;
  }
  // Takes all that may be taken now; how many of each.
  std::map<std::string, int> take_all() {
    std::map<std::string, int> taken;
    while (const auto one = take()) ++taken[*one];
    return taken;
  }
  void give_back(const std::string& destination, DeliveryEnd end, int count = 1) {
    for (int i = 0; i < count; ++i) turns_.give_back(destination, end);
  }
  // It has taken one before.
  void prove(const std::string& destination, const std::string& archiver = "http") {
    backlog(destination, archiver);
    std::vector<std::string> others;
    for (auto taken = take(); taken && *taken != destination; taken = take()) others.push_back(*taken);
    give_back(destination, DeliveryEnd::taken);
    for (const auto& other : others) give_back(other, DeliveryEnd::unsent);
  }
  using Taken = std::map<std::string, int>;

  DestinationTurns turns_{ArchivingPlaces()};
};

TEST_F(Turns, AreNobodysAtFirst) {
  EXPECT_FALSE(turns_.take(at(0s)));
  EXPECT_FALSE(turns_.next());
  EXPECT_FALSE(turns_.some_are_due(at(1h)));
}

TEST_F(Turns, ComeWhenTheyAreDue) {
  backlog("a", "http", at(5s));
  backlog("b", "http", at(7s));
  EXPECT_EQ(turns_.next(), at(5s));
  EXPECT_FALSE(take(at(4s)));
  EXPECT_FALSE(turns_.some_are_due(at(4s)));
  EXPECT_TRUE(turns_.some_are_due(at(5s)));
  EXPECT_EQ(take(at(5s)), "a");
  EXPECT_EQ(turns_.next(), at(7s));
}

TEST_F(Turns, OfOneThatIsNotKnownAreOneAtATimeAndThenUpToEight) {
  backlog("a");
  EXPECT_EQ(take_all(), (Taken{{"a", 1}}));
  give_back("a", DeliveryEnd::taken);
  EXPECT_EQ(take_all(), (Taken{{"a", 8}}));
}

TEST_F(Turns, AreFair) {
  for (const auto* name : {"a", "b", "c"}) prove(name);
  // c came last and has no less than the others.
  EXPECT_EQ(take_all(), (Taken{{"a", 6}, {"b", 6}, {"c", 5}}));
  give_back("a", DeliveryEnd::taken, 6);
  give_back("b", DeliveryEnd::taken, 6);
  give_back("c", DeliveryEnd::taken, 5);
  std::string order;
  for (int i = 0; i < 6; ++i) order += *take();
  EXPECT_EQ(order.substr(0, 3), order.substr(3)) << "each in its turn";
}

TEST_F(Turns, KeepPlacesForTheFirstResultOfOthers) {
  for (const auto* name : {"a", "b", "c"}) prove(name);
  take_all();
  backlog("d");
  EXPECT_EQ(take_all(), (Taken{{"d", 1}}));
}

TEST_F(Turns, OfSilentOnesNeverTakeAllPlaces) {
  for (int i = 0; i < 200; ++i) backlog("silent" + std::to_string(i));
  EXPECT_EQ(take_all().size(), 8U);
  backlog("good");
  EXPECT_FALSE(take()) << "it is not known yet";
  give_back("silent0", DeliveryEnd::unanswered);
  // Those that were never tried are before those that were.
  for (auto taken = take(); taken && *taken != "good"; taken = take())
    give_back(*taken, DeliveryEnd::unanswered);
  give_back("good", DeliveryEnd::taken);
  auto taken = take_all();
  EXPECT_EQ(taken["good"], 8);
}

TEST_F(Turns, OfProvenOnesDoNotWaitForSilentOnes) {
  for (int i = 0; i < 200; ++i) backlog("silent" + std::to_string(i));
  take_all();
  turns_.expect("good", "http", at(0s), true);
  EXPECT_EQ(take_all(), (Taken{{"good", 8}}));
}

TEST_F(Turns, OfAnArchiverAreNoneOfTheOthers) {
  for (int i = 0; i < 200; ++i) backlog("silent" + std::to_string(i));
  take_all();
  backlog("far", "tcp");
  EXPECT_EQ(take(), "far");
}

TEST_F(Turns, OfOneThatRefusesOneResultGoOn) {
  prove("a");
  EXPECT_EQ(take_all(), (Taken{{"a", 8}}));
  give_back("a", DeliveryEnd::refused);
  EXPECT_EQ(take_all(), (Taken{{"a", 1}}));
}

TEST_F(Turns, OfOneThatRefusesEverythingAreOneAtATimeUntilItTakesOne) {
  prove("a");
  take_all();
  give_back("a", DeliveryEnd::refused, 8);
  EXPECT_EQ(take_all(), (Taken{{"a", 1}}));
  give_back("a", DeliveryEnd::unsent);
  EXPECT_EQ(take_all(), (Taken{{"a", 1}})) << "nothing has been learned";
  give_back("a", DeliveryEnd::taken);
  EXPECT_EQ(take_all(), (Taken{{"a", 8}}));
}

TEST_F(Turns, OfOneThatFallsSilentAreOneAtATime) {
  prove("a");
  take_all();
  give_back("a", DeliveryEnd::unanswered);
  EXPECT_EQ(take_all(), Taken{}) << "seven are still under way";
  give_back("a", DeliveryEnd::unanswered, 7);
  EXPECT_EQ(take_all(), (Taken{{"a", 1}}));
}

TEST_F(Turns, OfOneThatFallsSilentKeepNothingThatWasRead) {
  prove("a");
  EXPECT_FALSE(turns_.is_on_trial("a"));
  EXPECT_EQ(take(), "a");
  give_back("a", DeliveryEnd::unanswered);
  EXPECT_TRUE(turns_.is_on_trial("a"));
  EXPECT_EQ(turns_.take(at(1s)), "a");
  EXPECT_FALSE(turns_.draw("a")) << "it is to be read again";
}

TEST_F(Turns, AreForgottenWhereNothingWaits) {
  backlog("a");
  const auto taken = turns_.take(at(0s));
  turns_.put(*taken, std::vector<Archiving>(1), false, {});
  EXPECT_TRUE(turns_.draw("a"));
  EXPECT_FALSE(turns_.draw("a"));
  give_back("a", DeliveryEnd::taken);
  EXPECT_EQ(turns_.destinations(), 0U);
}

TEST_F(Turns, KeepWhatIsExpectedWhileThePageIsRead) {
  backlog("a");
  const auto taken = turns_.take(at(0s));
  turns_.expect("a", "http", at(3s));
  turns_.put(*taken, {}, false, at(9s));
  give_back("a", DeliveryEnd::unsent);
  EXPECT_EQ(turns_.next(), at(3s));
}

TEST_F(Turns, ReadAgainWhatIsForgotten) {
  backlog("a");
  const auto taken = turns_.take(at(0s));
  turns_.put(*taken, std::vector<Archiving>(2), false, {});
  turns_.draw("a");
  turns_.forget_page("a");
  turns_.forget_page("nowhere");
  EXPECT_FALSE(turns_.draw("a"));
  give_back("a", DeliveryEnd::taken);
  EXPECT_EQ(turns_.take(at(0s)), "a");
  EXPECT_FALSE(turns_.draw("a"));
}

}  // namespace
}  // namespace pscheduler::services
