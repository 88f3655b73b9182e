#include "pscheduler/services/task_request.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/versioned.hpp"
#include "pscheduler/schedule/recurrence.hpp"
#include "pscheduler/time/absolute_relative.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

// Longer slips and repeats than this are taken for mistakes; it keeps every sum of times in range.
constexpr Duration kLongest = std::chrono::hours(24 * 366 * 10);

tl::unexpected<Error> refuse(const std::string& member, const Error& error) {
  return fail(Errc::invalid_argument, "At /schedule/" + member + ": " + error.message);
}

Result<void> check_document(const Json& document) {
  static const auto task_schema = json::VersionedSchema::of_type("TaskSpecification", kTaskSchemaMax);
  if (!task_schema) return fail(task_schema.error());
  if (const auto violation = task_schema->check(document)) {
    return fail(Errc::invalid_argument, json::to_text(*violation) + ".");
  }
  return {};
}

Result<Duration> read_duration(const Json& schedule, const std::string& member) {
  const auto text = json::find_string(schedule, member);
  if (!text) return Duration::zero();
  auto length = parse_duration(*text);
  if (!length) return refuse(member, length.error());
  if (*length > kLongest) {
    return refuse(
        member,
        Error{Errc::invalid_argument, excerpt(*text) + " is longer than ten years; give a shorter one.", {}});
  }
  return length;
}

Result<std::optional<Instant>> read_instant(const Json& schedule, const std::string& member, Instant now,
                                            const Zone& zone) {
  const auto text = json::find_string(schedule, member);
  if (!text) return std::optional<Instant>{};
  const auto at = resolve_absolute_relative(*text, now, zone);
  if (!at) return refuse(member, at.error());
  return std::optional<Instant>(*at);
}

Result<Schedule> read_schedule(const Json& json, Instant now, const Zone& zone) {
  Schedule schedule;
  auto start = read_instant(json, "start", now, zone);
  if (!start) return fail(std::move(start.error()));
  // A start that was asked for is a whole second, as on the wire.
  if (*start) schedule.start = floor_to_second(**start);
  auto until = read_instant(json, "until", now, zone);
  if (!until) return fail(std::move(until.error()));
  schedule.until = *until;
  auto slip = read_duration(json, "slip");
  if (!slip) return fail(std::move(slip.error()));
  schedule.slip = *slip;
  schedule.random_slip = json::find_bool(json, "sliprand").value_or(false);
  if (json.contains("repeat")) {
    auto repeat = read_duration(json, "repeat");
    if (!repeat) return fail(std::move(repeat.error()));
    schedule.repeat = *repeat;
  }
  schedule.repeat_cron = json::find_string(json, "repeat-cron").value_or("");
  schedule.max_runs = json::find_integer(json, "max-runs");
  if (!schedule.repeats()) schedule.max_runs = 1;
  PSCHEDULER_TRY(schedule::check(schedule, now, zone));
  return schedule;
}

std::vector<ContextRequest> read_contexts_of_one(const Json& list) {
  std::vector<ContextRequest> contexts;
  for (const auto& item : list) {
    const Json* data = json::find(item, "data");
    contexts.push_back({json::find_string(item, "context").value_or(""),
                        std::make_shared<const Json>(data != nullptr ? *data : Json())});
  }
  return contexts;
}

}  // namespace

Result<TaskRequest> read_task_request(Json document, Instant now, const Zone& zone) {
  PSCHEDULER_TRY(check_document(document));
  if (!document.contains("schedule")) document["schedule"] = Json::object();
  TaskRequest request;
  auto schedule = read_schedule(document["schedule"], now, zone);
  if (!schedule) return fail(std::move(schedule.error()));
  request.schedule = std::move(*schedule);
  request.test = std::make_shared<const Json>(document["test"]);
  request.test_type = json::find_string(*request.test, "type").value_or("");
  request.spec = std::make_shared<const Json>((*request.test)["spec"]);
  if (const Json* tools = json::find_array(document, "tools")) {
    for (const auto& tool : *tools) request.tools.push_back(tool.get<std::string>());
  }
  if (const Json* archives = json::find_array(document, "archives")) {
    for (const auto& archive : *archives) {
      request.archives.push_back(read_archive_spec(archive));
    }
  }
  if (const Json* contexts = json::find_object(document, "contexts")) {
    request.contexts.emplace();
    for (const auto& list : (*contexts)["contexts"]) {
      request.contexts->push_back(read_contexts_of_one(list));
    }
  }
  request.lead_bind = json::find_string(document, "lead-bind").value_or("");
  request.key = json::find_string(document, "_key").value_or("");
  request.priority = json::find_integer(document, "priority");
  request.document = std::make_shared<const Json>(std::move(document));
  return request;
}

}  // namespace pscheduler::services
