#include "pscheduler/time/absolute_relative.hpp"

#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler {
namespace {

Result<Instant> next_multiple(std::string_view text, Instant now) {
  const auto interval = parse_duration(text.substr(1));
  if (!interval) return fail(interval.error());
  if (*interval <= Duration::zero()) {
    return fail(
        Errc::invalid_argument,
        "'" + excerpt(text) + "' names an interval of zero; use one such as @PT1H, the next full hour.");
  }
  const Duration since_epoch = now.time_since_epoch();
  Duration into_interval = since_epoch % *interval;
  if (into_interval < Duration::zero()) into_interval += *interval;
  return Instant(since_epoch - into_interval + *interval);
}

}  // namespace

Result<Instant> resolve_absolute_relative(std::string_view text, Instant now, const Zone& zone) {
  if (text.starts_with('@')) return next_multiple(text, now);
  if (text.starts_with('P')) {
    const auto length = parse_duration(text);
    if (!length) return fail(length.error());
    return now + *length;
  }
  const auto at = parse_timestamp(text, zone, TimestampForm::body);
  if (at) return at;
  return fail(Errc::invalid_argument, at.error().message +
                                          " A duration from now (PT5M) or a round time (@PT1H) "
                                          "is understood, too.");
}

}  // namespace pscheduler
