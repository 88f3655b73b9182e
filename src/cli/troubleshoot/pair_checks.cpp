#include "cli/troubleshoot/pair_checks.hpp"

#include <algorithm>

#include "cli/clock_reading.hpp"
#include "cli/hosts_asked.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr Duration kAnswerLimit = std::chrono::seconds(15);
constexpr Duration kDifferenceMax = std::chrono::seconds(1);

}  // namespace

Finding check_family(Context& context, const std::string& one, const std::string& other, IpVersion version) {
  const auto both_have = [&](IpVersion family) {
    if (version != IpVersion::any && version != family) return false;
    return !addresses_in(context, one, family).empty() && !addresses_in(context, other, family).empty();
  };
  const bool v4 = both_have(IpVersion::v4);
  const bool v6 = both_have(IpVersion::v6);
  if (v4 && v6) return good("IPv4 and IPv6");
  if (v4 || v6) return good(v4 ? "IPv4" : "IPv6");
  return noted(
      "none in common",
      "As seen from here, " + one + " and " + other +
          " have no addresses of the same family; they can only measure between them by other names.");
}

Finding check_clocks(Context& context, const std::string& one, const std::string& other) {
  CallOptions call;
  call.time_limit = kAnswerLimit;
  const auto replies = ask_hosts(context, {one, other}, "clock", call);
  if (!replies) return bad(replies.error().message, "Name the hosts otherwise.");
  std::vector<ClockReading> readings;
  for (const auto& reply : *replies) {
    auto reading = read_clock(context, reply);
    if (!reading) return bad(reading.error().message, "Try again; it answered before.");
    readings.push_back(std::move(*reading));
  }
  const Duration difference = readings[1].offset - readings[0].offset;
  const auto length = format_duration(std::chrono::abs(difference));
  if (std::chrono::abs(difference) <= kDifferenceMax) return good(length + " apart");
  const bool first_is_ahead = difference < Duration::zero();
  return bad("The clock of " + (first_is_ahead ? one : other) + " is " + length + " ahead of that of " +
                 (first_is_ahead ? other : one) + ".",
             "Runs would miss each other. Let both follow NTP (chronyc tracking shows whether they do).");
}

}  // namespace pscheduler::cli
