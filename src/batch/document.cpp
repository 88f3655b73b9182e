#include "pscheduler/batch/document.hpp"

#include <algorithm>
#include <utility>

#include "batch/members.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/pointer.hpp"
#include "pscheduler/json/schema.hpp"
#include "pscheduler/json/versioned.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::batch {
namespace {

const Members& top_members() {
  static const Members members{{"schema", 1}, {"global", 1}, {"jobs", 1}};
  return members;
}

const Members& global_members() {
  static const Members members{{"data", 1}, {"transform-pre", 1}, {"transform-post", 1}};
  return members;
}

const Members& job_members() {
  static const Members members{{"task", 1},           {"label", 1},      {"enabled", 1},    {"iterations", 1},
                               {"parallel", 1},       {"backoff", 1},    {"sync-start", 1}, {"setup-time", 1},
                               {"task-transform", 1}, {"continue-if", 2}};
  return members;
}

const Members& transform_members() {
  static const Members members{{"script", 1}, {"args", 1}, {"output-raw", 1}};
  return members;
}

// A script may be given in lines.
void read_script(Reader& reader, const Json& object, const std::string& at, Transform& transform) {
  const Json* script = reader.required(object, at, "script");
  if (script == nullptr) return;
  const bool lines = script->is_array() && std::all_of(script->begin(), script->end(),
                                                       [](const Json& line) { return line.is_string(); });
  if (script->is_string()) {
    transform.script = script->get<std::string>();
  } else if (lines) {
    transform.script = join(script->get<std::vector<std::string>>(), "\n");
  } else {
    reader.refuse(at + "/script", "must be a string or an array of strings, not " + json::describe(*script));
  }
}

enum class RawOutput { ignored, refused };

std::optional<Transform> read_transform(Reader& reader, const Json* object, const std::string& at,
                                        RawOutput raw = RawOutput::ignored) {
  if (object == nullptr) return std::nullopt;
  if (!object->is_object()) {
    reader.refuse(at, "must be an object with a \"script\", not " + json::describe(*object));
    return std::nullopt;
  }
  reader.known_only(*object, at, transform_members());
  Transform transform;
  transform.pointer = at;
  read_script(reader, *object, at, transform);
  if (const Json* arguments = json::find(*object, "args"); arguments != nullptr && arguments->is_object()) {
    transform.arguments = *arguments;
  }
  const bool as_text = reader.flag(*object, at, "output-raw", false);
  if (as_text && raw == RawOutput::refused) {
    reader.refuse(at + "/output-raw", "makes the answer text, but it has to be true or false; leave it out");
  }
  return transform;
}

void read_iterations(Reader& reader, const Json& object, const std::string& at, Job& job) {
  const Json* iterations = json::find(object, "iterations");
  if (iterations == nullptr) return;
  const auto place = at + "/iterations";
  if (iterations->is_object()) {
    if (reader.schema() < 3) {
      reader.refuse(place, "can be computed from schema 3 on: state \"schema\": 3, or give a number");
      return;
    }
    job.computed_iterations = read_transform(reader, iterations, place);
    return;
  }
  const auto number = iterations->is_number() ? json::as_integer(*iterations) : std::nullopt;
  if (!json::is_integer(*iterations)) {
    reader.refuse(place, "must be an integer, not " + json::describe(*iterations));
  } else if (!number || *number < 1 || *number > kIterationsMax) {
    reader.refuse(place, "must be an integer from 1 to " + std::to_string(kIterationsMax) + ", not " +
                             json::describe(*iterations));
  } else {
    job.iterations = *number;
  }
}

// An array of tasks overrides the number of iterations.
void read_task(Reader& reader, const Json& object, const std::string& at, Job& job) {
  const Json* task = reader.required(object, at, "task");
  if (task == nullptr) return;
  job.task = *task;
  if (!task->is_array()) return;
  if (task->size() > static_cast<std::size_t>(kIterationsMax)) {
    reader.refuse(at + "/task", "has " + std::to_string(task->size()) + " tasks; at most " +
                                    std::to_string(kIterationsMax) + " are run by a job");
  }
  job.iterations = static_cast<std::int64_t>(task->size());
  job.computed_iterations.reset();
}

Job read_job(Reader& reader, const Json& object, std::size_t number) {
  const std::string at = "/jobs/" + std::to_string(number);
  Job job;
  job.label = "job[" + std::to_string(number) + "]";
  if (!object.is_object()) {
    reader.refuse(at, "must be an object with a \"task\", not " + json::describe(object));
    return job;
  }
  reader.known_only(object, at, job_members());
  if (const auto label = reader.text(object, at, "label")) {
    job.label = *label;
    job.labeled = true;
  }
  job.enabled = reader.flag(object, at, "enabled", true);
  job.parallel = reader.flag(object, at, "parallel", false);
  job.sync_start = reader.flag(object, at, "sync-start", true);
  job.backoff = reader.duration(object, at, "backoff", Duration::zero());
  job.setup_time = reader.duration(object, at, "setup-time", kSetupTime);
  read_iterations(reader, object, at, job);
  read_task(reader, object, at, job);
  job.task_transform = read_transform(reader, json::find(object, "task-transform"), at + "/task-transform");
  job.continue_if = read_transform(reader, json::find(object, "continue-if"), at + "/continue-if",
                                   job.enabled ? RawOutput::refused : RawOutput::ignored);
  return job;
}

void read_global(Reader& reader, const Json& global, Document& document) {
  if (!global.is_object()) {
    reader.refuse("/global", "must be an object, not " + json::describe(global));
    return;
  }
  reader.known_only(global, "/global", global_members());
  if (const Json* data = json::find(global, "data")) document.global_data = *data;
  document.transform_pre =
      read_transform(reader, json::find(global, "transform-pre"), "/global/transform-pre");
  document.transform_post =
      read_transform(reader, json::find(global, "transform-post"), "/global/transform-post");
}

bool stands_before(const Problem& one, const Problem& other) {
  if (!one.location || !other.location) return one.location.has_value() && !other.location;
  return std::pair(one.location->line, one.location->column) <
         std::pair(other.location->line, other.location->column);
}

}  // namespace

std::optional<json::Location> Places::of(std::string_view pointer) const {
  if (!text_) return std::nullopt;
  for (;;) {
    if (const auto found = json::locate(*text_, pointer)) return found;
    const auto slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return std::nullopt;
    pointer = pointer.substr(0, slash);
  }
}

Checked<Json> read_json(std::string_view text, json::Comments comments) {
  json::ReadOptions options;
  options.comments = comments;
  // Who read the text has bounded it; with results it may be large.
  options.bytes_max = text.size();
  options.values_max = text.size() + 1;
  auto source = json::read(text, options);
  if (!source) return tl::unexpected(Problems{{"", source.error().message, std::nullopt}});
  return std::move(*source);
}

Checked<Document> check(Json source, Places places) {
  Document document;
  document.places = std::move(places);
  json::Violation refused;
  const auto schema = json::schema_version(source, kSchemaMax, refused);
  if (!schema) {
    const auto at = refused.pointer.empty() ? "/" : refused.pointer;
    return tl::unexpected(Problems{{at, refused.message, document.places.of(refused.pointer)}});
  }
  Reader reader(*schema, document.places);
  reader.known_only(source, "", top_members());
  if (const Json* global = json::find(source, "global")) read_global(reader, *global, document);
  if (const Json* jobs = reader.required(source, "", "jobs"); jobs != nullptr) {
    if (!jobs->is_array()) reader.refuse("/jobs", "must be an array of jobs, not " + json::describe(*jobs));
    for (std::size_t i = 0; jobs->is_array() && i < jobs->size(); ++i) {
      document.jobs.push_back(read_job(reader, (*jobs)[i], i));
    }
  }
  auto problems = std::move(reader).problems();
  if (!problems.empty()) {
    std::stable_sort(problems.begin(), problems.end(), stands_before);
    return tl::unexpected(std::move(problems));
  }
  document.source = std::move(source);
  return document;
}

}  // namespace pscheduler::batch
