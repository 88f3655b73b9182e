#include "pscheduler/plugin_sdk/run_input.hpp"

#include <fmt/format.h>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sdk {
namespace {

tl::unexpected<Error> unusable(std::string_view what) {
  return fail(Errc::invalid_argument, fmt::format("The run input is unusable: {}.", what));
}

Result<Instant> start_of(const Json& schedule) {
  const auto text = json::find_string(schedule, "start");
  if (!text) return unusable("schedule.start must be a timestamp with its zone");
  const auto written = parse_written_timestamp(*text, TimestampForm::body);
  if (!written) return unusable("schedule.start: " + written.error().message);
  if (!written->offset)
    return unusable(fmt::format("schedule.start \"{}\" has no zone; end it with Z or ±hh:mm", *text));
  auto start = parse_timestamp_utc(*text, TimestampForm::body);
  if (!start) return unusable("schedule.start: " + start.error().message);
  return start;
}

}  // namespace

Result<RunInput> parse_run_input(const Json& input) {
  if (!input.is_object()) return unusable("it must be a JSON object");
  const Json* const schedule = json::find(input, "schedule");
  if (schedule == nullptr) return unusable("\"schedule\" is missing");
  auto start = start_of(*schedule);
  if (!start) return fail(std::move(start.error()));
  auto duration = duration_member(*schedule, "duration", Duration::zero());
  if (!duration) return unusable("schedule." + duration.error().message);
  const Json* const test = json::find(input, "test");
  const Json* const spec = test == nullptr ? nullptr : json::find(*test, "spec");
  auto type = test == nullptr ? std::nullopt : json::find_string(*test, "type");
  if (spec == nullptr || !spec->is_object() || !type)
    return unusable("\"test\" must have \"type\" and \"spec\"");
  RunInput run;
  run.task_uuid = json::find_string(input, "task-uuid").value_or(std::string());
  run.start = *start;
  run.duration = *duration;
  run.test_type = std::move(*type);
  run.spec = *spec;
  run.participant = static_cast<int>(json::find_integer(input, "participant").value_or(0));
  const Json* const data = json::find(input, "participant-data");
  run.participant_data = data != nullptr && data->is_array() ? *data : Json::array();
  return run;
}

}  // namespace pscheduler::sdk
