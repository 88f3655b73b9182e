#include "clock_object.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {

Json clock_object(const ports::ClockState& state, const Zone& zone) {
  Json object = {{"time", format_timestamp_micros(state.time, zone)},
                 {"synchronized", state.synchronized},
                 {"source", state.source}};
  if (state.reference) object["reference"] = *state.reference;
  if (state.offset_seconds) object["offset"] = *state.offset_seconds;
  if (state.error) object["error"] = *state.error;
  return object;
}

}  // namespace pscheduler::api
