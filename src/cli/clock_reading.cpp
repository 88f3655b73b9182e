#include "cli/clock_reading.hpp"

#include <nlohmann/json.hpp>

#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {

Result<ClockReading> read_clock(const Context& context, const HostReply& answer) {
  if (answer.reply.status != 200) {
    return fail(Errc::unreachable, server_trouble(context, answer.host, answer.reply));
  }
  const auto clock = json_of(answer.reply);
  if (!clock) return fail(Errc::invalid_argument, answer.host + ": " + clock.error().message);
  ClockReading reading;
  reading.host = answer.host;
  reading.time = text_or(*clock, "time", "");
  const auto at = parse_timestamp(reading.time, Zone::utc(), TimestampForm::body);
  if (!at) {
    return fail(Errc::invalid_argument,
                answer.host + " answered without a usable time: " + at.error().message);
  }
  reading.offset = at->time_since_epoch() - answer.took / 2;
  reading.error = text_member(*clock, "error");
  reading.state = reading.error                         ? "error"
                  : flag_member(*clock, "synchronized") ? "synchronized"
                                                        : "unsynchronized";
  return reading;
}

}  // namespace pscheduler::cli
