#include "pscheduler/plugin_sdk/fields.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sdk {

Result<Duration> duration_member(const Json& object, std::string_view name, Duration otherwise) {
  const Json* const value = json::find(object, name);
  if (value == nullptr) return otherwise;
  if (!value->is_string()) {
    return fail(Errc::invalid_argument, fmt::format("{} must be an ISO 8601 duration such as PT2S, not {}.",
                                                    name, json::describe(*value)));
  }
  auto duration = parse_duration(value->get_ref<const std::string&>());
  if (!duration) return fail(Errc::invalid_argument, fmt::format("{}: {}", name, duration.error().message));
  return duration;
}

}  // namespace pscheduler::sdk
