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

using LimitData =
    std::variant<PassFailLimit, TestTypeLimit, JqLimit, DateRangeLimit, CalendarLimit, UrlFetchLimit>;

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
