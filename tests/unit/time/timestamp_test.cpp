#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

Zone zone(std::string_view name) {
  return Zone::named(name).value();
}

constexpr Instant kDay = sys_days(std::chrono::year(2026) / 3 / 4);
constexpr Instant kMorning = kDay + 10h + 15min;

struct Accepted {
  std::string_view text;
  Instant at;
  bool in_query = true;
};
void PrintTo(const Accepted& tried, std::ostream* out) {
  *out << tried.text;
}

class TimestampText : public testing::TestWithParam<Accepted> {};

TEST_P(TimestampText, IsUnderstood) {
  const auto& [text, at, in_query] = GetParam();
  const auto body = parse_timestamp(text, Zone::utc(), TimestampForm::body);
  ASSERT_TRUE(body) << body.error().message;
  EXPECT_EQ(*body, at) << format_timestamp_micros(*body, Zone::utc());
  const auto query = parse_timestamp(text, Zone::utc(), TimestampForm::query);
  ASSERT_EQ(query.has_value(), in_query);
  if (in_query) {
    EXPECT_EQ(*query, at);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, TimestampText,
    testing::Values(Accepted{"2026-03-04T10:15:00Z", kMorning}, Accepted{"2026-03-04T10:15:00z", kMorning},
                    Accepted{"2026-03-04T10:15:00", kMorning}, Accepted{"2026-03-04T10:15", kMorning},
                    Accepted{"2026-03-04T10", kDay + 10h}, Accepted{"20260304T101500Z", kMorning},
                    Accepted{"20260304T1015", kMorning}, Accepted{"2026-03-04T101500", kMorning},
                    Accepted{"20260304T10:15:00+00:00", kMorning}, Accepted{"2026-063T10:15:00Z", kMorning},
                    Accepted{"2026063T1015Z", kMorning}, Accepted{"2026-W10-3T10:15:00Z", kMorning},
                    Accepted{"2026W103T1015Z", kMorning}, Accepted{"2026-W10T00Z", kDay - 48h},
                    Accepted{"2026-03-04T05:15:00-05:00", kMorning},
                    Accepted{"2026-03-04T15:45:00+0530", kMorning}, Accepted{"2026-03-04T12:15+02", kMorning},
                    Accepted{"2026-03-05T10:14:00+23:59", kMorning},
                    Accepted{"2026-03-04T10:15:00.25Z", kMorning + 250ms},
                    Accepted{"2026-03-04T10:15:00,123456789Z", kMorning + 123456us},
                    Accepted{"2026-03-04T10.25Z", kMorning}, Accepted{"2026-03-04T10:14,5Z", kMorning - 30s},
                    Accepted{"2026-03-04", kDay, false}, Accepted{"20260304", kDay, false},
                    Accepted{"2026-063", kDay, false}, Accepted{"2026-W10-3", kDay, false},
                    Accepted{"2026-03-04 10:15:00Z", kMorning, false},
                    Accepted{"2024-02-29T00Z", sys_days(std::chrono::year(2024) / 2 / 29)},
                    Accepted{"2024-366T00Z", sys_days(std::chrono::year(2024) / 12 / 31)},
                    Accepted{"2020-W53-5T00Z", sys_days(std::chrono::year(2021) / 1 / 1)},
                    Accepted{"2025-W01-1T00Z", sys_days(std::chrono::year(2024) / 12 / 30)},
                    Accepted{"0001-01-01T00:00:00Z", sys_days(std::chrono::year(1) / 1 / 1)},
                    Accepted{"9999-12-31T23:59:59Z",
                             Instant(sys_days(std::chrono::year(10000) / 1 / 1)) - 1s}));

struct Refused {
  std::string_view text;
  std::string_view why;
};
void PrintTo(const Refused& tried, std::ostream* out) {
  *out << tried.text;
}

class TimestampRefusal : public testing::TestWithParam<Refused> {};

TEST_P(TimestampRefusal, SaysWhy) {
  const auto at = parse_timestamp(GetParam().text, Zone::utc(), TimestampForm::body);
  ASSERT_FALSE(at);
  EXPECT_EQ(at.error().code, Errc::invalid_argument);
  EXPECT_NE(at.error().message.find(GetParam().why), std::string::npos) << at.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, TimestampRefusal,
    testing::Values(
        Refused{"", "four-digit year"}, Refused{"soonest", "four-digit year"},
        Refused{"226-03-04", "four-digit year"}, Refused{"-2026-03-04", "four-digit year"},
        Refused{"0000-01-01", "year 0000"}, Refused{"2026", "year only"},
        Refused{"2026-03", "day of the month is missing"}, Refused{"202603", "number of digits"},
        Refused{"2026-13-01", "no such day"}, Refused{"2026-00-01", "no such day"},
        Refused{"2026-02-29", "no such day"}, Refused{"2026-366", "no such day"},
        Refused{"2026-000", "no such day"}, Refused{"2026-W54-1", "no such week"},
        Refused{"2026-W00-1", "no such week"}, Refused{"2025-W53-1", "no such week"},
        Refused{"2026-W10-8", "day of the week"}, Refused{"2026-W1", "two digits"},
        Refused{"2026-03-04T", "two digits"}, Refused{"2026-03-04t10:15", "no T and time"},
        Refused{"2026-03-04T24:00:00", "hour"}, Refused{"2026-03-04T10:60", "minute"},
        Refused{"2026-03-04T10:15:60", "second"}, Refused{"2026-03-04T10:1", "two digits"},
        Refused{"2026-03-04T10:15:", "two digits"}, Refused{"2026-03-04T10:1500", "no offset"},
        Refused{"2026-03-04T10:15:00.Z", "decimal point"}, Refused{"2026-03-04T10:15:00+1", "offset"},
        Refused{"2026-03-04T10:15:00+24:00", "offset"}, Refused{"2026-03-04T10:15:00+01:60", "offset"},
        Refused{"2026-03-04T10:15:00+01:", "offset"}, Refused{"2026-03-04T10:15:00 01:00", "no offset"},
        Refused{"2026-03-04T10:15:00Zulu", "follows its end"},
        Refused{"2026-03-04T10:15:00 Z", "no offset"}));

TEST(TimestampInUtc, IsWhatItWouldBeInTheZoneUtc) {
  for (const auto* text : {"2026-03-04", "2026-03-04T12:15:00", "2026-03-04T12:15:00.5-05:00"}) {
    const auto at = parse_timestamp_utc(text, TimestampForm::body);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(*at, *parse_timestamp(text, Zone::utc(), TimestampForm::body)) << text;
  }
  EXPECT_FALSE(parse_timestamp_utc("2026-03-04T1", TimestampForm::body));
}

TEST(Timestamp, QueryNeedsATimeOfDay) {
  const auto at = parse_timestamp("2026-03-04", Zone::utc(), TimestampForm::query);
  ASSERT_FALSE(at);
  EXPECT_NE(at.error().message.find("needs a T"), std::string::npos) << at.error().message;
}

TEST(Timestamp, QueryReadsAPlusThatBecameABlank) {
  EXPECT_EQ(parse_timestamp("2026-03-04T12:15:00 02:00", Zone::utc(), TimestampForm::query), kMorning);
}

TEST(Timestamp, LongTextIsRefusedAndShownShort) {
  const auto at =
      parse_timestamp("2026-03-04T10:15:00." + std::string(40'000, '1'), Zone::utc(), TimestampForm::body);
  ASSERT_FALSE(at);
  EXPECT_LT(at.error().message.size(), 400u);
}

TEST(Timestamp, WithoutOffsetIsTheZonesLocalTime) {
  const auto berlin = zone("Europe/Berlin");
  const auto read = [&](std::string_view text) {
    return format_timestamp_z(parse_timestamp(text, berlin, TimestampForm::body).value());
  };
  EXPECT_EQ(read("2026-01-15T12:00"), "2026-01-15T11:00:00Z");
  EXPECT_EQ(read("2026-07-15T12:00"), "2026-07-15T10:00:00Z");
  EXPECT_EQ(read("2026-07-15"), "2026-07-14T22:00:00Z");
  EXPECT_EQ(read("2026-07-15T12:00Z"), "2026-07-15T12:00:00Z");
}

TEST(Timestamp, ClockChangesHaveOneMeaning) {
  const auto berlin = zone("Europe/Berlin");
  const auto read = [&](std::string_view text) {
    return format_timestamp(parse_timestamp(text, berlin, TimestampForm::body).value(), berlin);
  };
  EXPECT_EQ(read("2026-03-29T02:30:00"), "2026-03-29T03:00:00+02:00");  // does not exist
  EXPECT_EQ(read("2026-10-25T02:30:00"), "2026-10-25T02:30:00+02:00");  // happens twice
}

TEST(Timestamp, WrittenOffsetIsTold) {
  const auto with = parse_written_timestamp("2026-03-04T05:15:00-05:30", TimestampForm::body);
  ASSERT_TRUE(with);
  EXPECT_EQ(with->offset, std::chrono::minutes(-330));
  EXPECT_EQ(with->local.time_since_epoch(), (kDay + 5h + 15min).time_since_epoch());
  EXPECT_EQ(parse_written_timestamp("2026-03-04T05:15", TimestampForm::body)->offset, std::nullopt);
}

TEST(Timestamp, IsPrintedAsTheWireWantsIt) {
  const Instant at = kMorning + 1s + 999'999us;
  EXPECT_EQ(format_timestamp(at, Zone::utc()), "2026-03-04T10:15:01+00:00");
  EXPECT_EQ(format_timestamp(at, zone("America/New_York")), "2026-03-04T05:15:01-05:00");
  EXPECT_EQ(format_timestamp(at, zone("Asia/Kathmandu")), "2026-03-04T16:00:01+05:45");
  EXPECT_EQ(format_timestamp_z(at), "2026-03-04T10:15:01Z");
  EXPECT_EQ(format_timestamp_micros(at, Zone::utc()), "2026-03-04T10:15:01.999999+00:00");
  EXPECT_EQ(format_timestamp_micros(kMorning, zone("America/St_Johns")), "2026-03-04T06:45:00.000000-03:30");
  EXPECT_EQ(format_timestamp_z(Instant(-1us)), "1969-12-31T23:59:59Z");
}

TEST(Zones, AreFoundByName) {
  EXPECT_EQ(zone("UTC"), Zone::utc());
  EXPECT_EQ(zone("Etc/UTC").name(), "UTC");
  EXPECT_EQ(zone("Europe/Berlin").name(), "Europe/Berlin");
  EXPECT_EQ(zone("Europe/Berlin"), zone("Europe/Berlin"));
  EXPECT_NE(zone("Europe/Berlin"), Zone::utc());
  for (const std::string_view bad : {"", "Mars/Olympus", "../../etc/passwd"}) {
    const auto none = Zone::named(bad);
    ASSERT_FALSE(none) << bad;
    EXPECT_EQ(none.error().code, Errc::invalid_argument);
  }
}

constexpr std::int64_t kYear1 = -62135596800;
constexpr std::int64_t kYear9999 = 253402300799;

Instant any_instant() {
  const auto second = *rc::gen::inRange<std::int64_t>(kYear1 + 86400, kYear9999 - 86400);
  return Instant(std::chrono::seconds(second)) + Duration(*rc::gen::inRange<std::int64_t>(0, 1'000'000));
}

Zone any_zone() {
  return zone(*rc::gen::element("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia",
                                "Australia/Lord_Howe", "Africa/Monrovia"));
}

RC_GTEST_PROP(TimestampProperty, MicrosAreReadBackExactly, ()) {
  const auto at = any_instant();
  const auto text = format_timestamp_micros(at, any_zone());
  RC_ASSERT(parse_timestamp(text, any_zone(), TimestampForm::body).value() == at);
  RC_ASSERT(parse_timestamp(text, any_zone(), TimestampForm::query).value() == at);
}

RC_GTEST_PROP(TimestampProperty, WholeSecondsAreTruncatedTowardThePast, ()) {
  const auto at = any_instant();
  const Instant second = floor_to_second(at);
  RC_ASSERT(parse_timestamp(format_timestamp(at, any_zone()), Zone::utc(), TimestampForm::query).value() ==
            second);
  RC_ASSERT(parse_timestamp(format_timestamp_z(at), any_zone(), TimestampForm::query).value() == second);
}

RC_GTEST_PROP(TimestampProperty, AnyTextIsAnsweredWithoutHarm, (const std::string& text)) {
  (void)parse_timestamp(text, Zone::utc(), TimestampForm::body);
  (void)parse_timestamp("2026-03-04T10" + text, Zone::utc(), TimestampForm::query);
}

}  // namespace
}  // namespace pscheduler
