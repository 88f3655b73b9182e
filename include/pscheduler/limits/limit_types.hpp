#pragma once
// The types of limits and their data (spec limits.md, 7).

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pscheduler/limits/script.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::limits {

struct PassFailLimit {
  bool pass = false;
};

struct TestTypeLimit {
  std::vector<std::string> types;
};

struct JqLimit {
  JqSpec jq;
};

// The run is inside [start, end); with `overlap` it only has to touch it.
struct DateRangeLimit {
  WrittenTimestamp start;
  WrittenTimestamp end;
  bool overlap = false;
};

enum class CalendarField { year, month, week, weekday, day, hour, minute, second };

// Both ends belong to it; empty when lower > upper.
struct NumberRange {
  std::int64_t lower;
  std::int64_t upper;
};

struct CalendarLimit {
  std::map<CalendarField, std::vector<NumberRange>> fields;  // absent: not tested; empty: never
  bool overlap = false;
};

struct UrlFetchLimit {
  std::string url;
  std::optional<JqSpec> url_transform;
  std::shared_ptr<const Json> headers;  // objects; sent by way of their transforms only (quirk 15)
  std::optional<JqSpec> headers_transform;
  std::shared_ptr<const Json> params;
  std::optional<JqSpec> params_transform;
  std::string bind;  // empty: any
  bool verify_keys = true;
  bool follow_redirects = true;
  bool success_only = false;
  bool fail_result = false;
  Duration timeout = std::chrono::seconds(3);
};

// More runs are in no quota: all of them are looked at for every run that is planned.
inline constexpr std::int64_t kQuotaRunsMax = 10'000;

// What all runs that this limit has let pass may take together within any period of that length. An extension
// to 5.2.
struct QuotaLimit {
  // Whose runs have an account together.
  enum class Per {
    address,     // those of an IPv4 address or of an IPv6 /64
    network,     // those of a network
    identifier,  // those of all who match an identifier
  };

  Per per = Per::address;
  int prefix_v4 = 24;      // of a network
  int prefix_v6 = 48;      // likewise
  std::string identifier;  // others are not counted and pass
  Duration period{};
  std::optional<std::int64_t> runs;  // absent: kQuotaRunsMax
  std::optional<Duration> time;      // on the schedule
  std::optional<std::int64_t> bytes;
  std::optional<std::int64_t> assumed_bandwidth;  // bits a second, of a throughput test that names none
};

using LimitData = std::variant<PassFailLimit, TestTypeLimit, JqLimit, DateRangeLimit, CalendarLimit,
                               UrlFetchLimit, QuotaLimit>;

enum class LimitInvert { no, yes, broken };  // broken: no boolean, fails whenever it is evaluated (quirk 1)

struct Limit {
  std::string name;
  std::string type;
  LimitInvert invert = LimitInvert::no;
  LimitData data;

  // Those that judge when a run happens; they pass where there is no run yet.
  [[nodiscard]] bool is_time_limit() const {
    return std::holds_alternative<DateRangeLimit>(data) || std::holds_alternative<CalendarLimit>(data);
  }
};

}  // namespace pscheduler::limits
