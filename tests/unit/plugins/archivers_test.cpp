// What archivers share: where they may go, and when they try again.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "shared/archive_record.hpp"
#include "shared/destination_guard.hpp"

namespace pscheduler::plugins {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

struct Place {
  const char* address;
  Reach reach;
};

class Places : public testing::TestWithParam<Place> {};

TEST_P(Places, AreKnownForWhatTheyAre) {
  const auto address = IpAddress::parse(GetParam().address);
  ASSERT_TRUE(address);
  EXPECT_EQ(reach_of(*address), GetParam().reach) << GetParam().address;
}

INSTANTIATE_TEST_SUITE_P(
    Addresses, Places,
    testing::Values(Place{"127.0.0.1", Reach::this_host}, Place{"127.255.0.9", Reach::this_host},
                    Place{"0.0.0.0", Reach::this_host}, Place{"0.1.2.3", Reach::this_host},
                    Place{"169.254.169.254", Reach::this_host}, Place{"::1", Reach::this_host},
                    Place{"::", Reach::this_host}, Place{"fe80::1", Reach::this_host},
                    Place{"::ffff:127.0.0.1", Reach::this_host}, Place{"64:ff9b::7f00:1", Reach::this_host},
                    Place{"10.0.0.1", Reach::neighbours}, Place{"172.16.0.1", Reach::neighbours},
                    Place{"172.31.255.255", Reach::neighbours}, Place{"192.168.1.1", Reach::neighbours},
                    Place{"100.64.0.1", Reach::neighbours}, Place{"224.0.0.1", Reach::neighbours},
                    Place{"255.255.255.255", Reach::neighbours}, Place{"fd00::1", Reach::neighbours},
                    Place{"ff02::1", Reach::neighbours}, Place{"::ffff:10.0.0.1", Reach::neighbours},
                    Place{"64:ff9b::a00:1", Reach::neighbours}, Place{"198.51.100.1", Reach::everybody},
                    Place{"172.32.0.1", Reach::everybody}, Place{"11.0.0.1", Reach::everybody},
                    Place{"2001:db8::1", Reach::everybody}, Place{"64:ff9b::c633:6401", Reach::everybody}));

TEST(DestinationGuard, LetsTasksOfThisHostGoAnywhere) {
  const auto guard = DestinationGuard::load("http", Json::object());
  ASSERT_TRUE(guard);
  EXPECT_THAT(guard->objection(IpAddress()), IsEmpty());
}

TEST(DestinationGuard, KeepsOthersAwayFromThisHostWithoutAnyConfiguration) {
  setenv("PSCHEDULER_ARCHIVER_CONFIG", "/nonexistent", 1);
  const auto guard = DestinationGuard::load("http", {{"from-outside", true}});
  unsetenv("PSCHEDULER_ARCHIVER_CONFIG");
  ASSERT_TRUE(guard);
  EXPECT_EQ(
      guard->objection(*IpAddress::parse("::1")),
      "::1 is this host's own, which tasks asked for from other hosts may not reach; \"this-host = yes\" in "
      "section [http] of /nonexistent/http.conf would let them.");
  EXPECT_THAT(guard->objection(*IpAddress::parse("192.168.77.1")), IsEmpty());
  EXPECT_THAT(guard->objection(*IpAddress::parse("198.51.100.1")), IsEmpty());
  const sockaddr local{.sa_family = AF_UNIX, .sa_data = {}};
  EXPECT_THAT(guard->objection(&local), HasSubstr("IPv4 and IPv6"));
  EXPECT_EQ(guard->address_of("198.51.100.1").value_or(""), "198.51.100.1");
  for (const auto* own : {"127.0.0.1", "::1", "fe80::1%lo"})
    EXPECT_THAT(guard->address_of(own).error().message, HasSubstr("is this host's own")) << own;
}

TEST(RetryPolicy, IsWalkedAttemptByAttempt) {
  const auto retry = [](int attempts, const Json& data) {
    return failed({{"data", data}, {"attempts", attempts}}, "why").retry;
  };
  const Json data = Json::parse(R"({"retry-policy": [{"attempts": 1, "wait": "PT10S"},
                                                     {"attempts": 4, "wait": "PT1M"}]})");
  EXPECT_EQ(retry(0, data), 10s);
  EXPECT_EQ(retry(1, data), 1min);
  EXPECT_EQ(retry(4, data), 1min);
  EXPECT_EQ(retry(5, data), std::nullopt);
  EXPECT_EQ(retry(0, Json::object()), std::nullopt);
  EXPECT_EQ(retry(0, {{"retry-policy", Json::array()}}), std::nullopt);
  const std::array usual{RetryStep{2, 5s}};
  EXPECT_EQ(failed(Json::object(), "why", usual).retry, 5s);
  EXPECT_EQ(failed({{"data", {{"retry-policy", Json::array()}}}}, "why", usual).retry, std::nullopt);
}

TEST(Replies, GiveUpWhatWouldNotDoBetter) {
  const std::array usual{RetryStep{1, 5s}};
  EXPECT_TRUE(reply_to(Json::object(), {}, usual).succeeded);
  EXPECT_EQ(reply_to(Json::object(), fail(Errc::forbidden, "no"), usual).retry, std::nullopt);
  const auto later = reply_to(Json::object(), fail(Errc::unavailable, "later"), usual);
  EXPECT_EQ(later.retry, 5s);
  EXPECT_EQ(later.error, "later");
}

}  // namespace
}  // namespace pscheduler::plugins
