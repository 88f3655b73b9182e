#pragma once
// A task as somebody posts it: checked against the task types of the dictionary and taken apart once
// (spec api.md 10.1, scheduling.md 4.1, 4.2).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

struct ContextRequest {
  std::string context;
  std::shared_ptr<const Json> data;
};

struct TaskRequest {
  std::shared_ptr<const Json> document;  // with an empty schedule if it had none
  std::shared_ptr<const Json> test;      // {"type", "spec"}
  std::string test_type;
  std::shared_ptr<const Json> spec;
  std::vector<std::string> tools;  // preferred ones in order; empty: any
  Schedule schedule;
  std::vector<ArchiveSpec> archives;
  std::optional<std::vector<std::vector<ContextRequest>>> contexts;  // per participant, outermost first
  std::string lead_bind;                                             // empty if none
  std::string key;                                                   // empty if none
  std::optional<std::int64_t> priority;
};

// The highest task schema this node understands, as lead and as participant.
inline constexpr int kTaskSchemaMax = 5;

// Everything relative is resolved against `now`; times without an offset are the zone's. Errors:
// invalid_argument that names the member, its value and what is allowed.
Result<TaskRequest> read_task_request(Json document, Instant now, const Zone& zone);

}  // namespace pscheduler::services
