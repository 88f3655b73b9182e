#pragma once
// Times as users write and read them.

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::cli {

// The user's own zone: TZ where it names one, else the system's.
Zone user_zone(const Context& context);

struct TimeToCome {
  std::string absolute;  // a timestamp with its offset
  std::string
      as_written;  // the same for timestamps; a duration from now (PT5M) and a round time (@PT1H) stay
};

// A timestamp (the user's zone when it names no offset), a duration from now, or "@" and an interval: its
// next multiple. It must lie ahead; a duration of zero, which is now, will do. The message begins with
// `option`.
Result<TimeToCome> parse_time_to_come(const Context& context, const std::string& option,
                                      const std::string& text);

// "3 minutes", without its sign: one unit is enough to know whether something stands still.
std::string rough_length(Duration length);

}  // namespace pscheduler::cli
