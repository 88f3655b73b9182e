#include "cli/task_document.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "cli/files.hpp"
#include "cli/json_members.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/versioned.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr const char* kDefaultSlip = "PT5M";
constexpr std::int64_t kContextSchemaMax = 1;

constexpr int kTaskSchemaMax = 5;

// The task schema that first knew a member.
constexpr std::int64_t kSchemaWithContexts = 2;
constexpr std::int64_t kSchemaWithPriority = 3;
constexpr std::int64_t kSchemaWithDebug = 4;
constexpr std::int64_t kSchemaWithKeepAfterArchive = 5;
constexpr std::int64_t kScheduleSchemaWithCron = 2;

std::int64_t schema_of(const Json& document) {
  return json::find_integer(document, "schema").value_or(1);
}

// Written only where it says more than the default, and never lowered.
void raise_schema(Json& document, std::int64_t least) {
  if (least > schema_of(document)) document["schema"] = least;
}

Result<Json> imported(Context& context, const std::string& path) {
  const auto text = read_input(context, path);
  if (!text) return fail(Errc::invalid_argument, "--import: " + text.error().message);
  auto task = json::read(*text);
  if (!task) return fail(Errc::invalid_argument, "--import " + path + ": " + task.error().message);
  const auto schema = json::VersionedSchema::of_type("TaskSpecification", kTaskSchemaMax);
  if (!schema) return fail(schema.error());
  if (const auto violation = schema->check(*task)) {
    return fail(Errc::invalid_argument, "--import " + path + " is not a task: " + json::to_text(*violation));
  }
  return task;
}

// JSON given on the command line or in a file; the message repeats what was given.
Result<Json> json_option(Context& context, const std::string& option, const std::string& word) {
  const auto text = expand_at(context, word);
  if (!text) return fail(Errc::invalid_argument, option + ": " + text.error().message);
  auto value = json::read(*text);
  if (!value) {
    return fail(Errc::invalid_argument,
                option + " \"" + excerpt(*text) + "\" is no JSON: " + value.error().message);
  }
  return value;
}

void apply_schedule(const Context& context, const TaskOrder& order, Json& task) {
  Json& schedule = task["schedule"];
  const CommandLine& line = order.line;
  if (order.start) schedule["start"] = *order.start;
  if (order.until) schedule["until"] = *order.until;
  if (const auto repeat = line.value("repeat")) schedule["repeat"] = *repeat;
  if (const auto cron = line.value("repeat-cron")) {
    schedule["repeat-cron"] = *cron;
    raise_schema(schedule, kScheduleSchemaWithCron);
  }
  if (const auto runs = line.integer("max-runs").value_or(1); runs > 1) schedule["max-runs"] = runs;
  if (line.has("sliprand")) schedule["sliprand"] = true;
  if (const auto slip = line.value("slip")) {
    schedule["slip"] = *slip;
  } else if (!schedule.contains("slip") && !order.export_as && !order.imports()) {
    const auto usual = context.environment.variable("PSCHEDULER_SLIP").value_or("");
    schedule["slip"] = usual.empty() ? kDefaultSlip : usual;
  }
}

Result<void> apply_priority(const Context& context, const TaskOrder& order, Json& task) {
  if (const auto priority = order.line.integer("priority")) {
    task["priority"] = *priority;
  } else if (const auto usual = context.environment.variable("PSCHEDULER_PRIORITY").value_or("");
             !usual.empty() && !task.contains("priority")) {
    long number = 0;
    const auto [end, error] = std::from_chars(usual.data(), usual.data() + usual.size(), number);
    if (error != std::errc{} || end != usual.data() + usual.size()) {
      return fail(Errc::invalid_argument,
                  "PSCHEDULER_PRIORITY is \"" + excerpt(usual) + "\"; set it to an integer");
    }
    task["priority"] = number;
  }
  if (task.contains("priority")) raise_schema(task, kSchemaWithPriority);
  return {};
}

Result<void> settle_type(const TaskOrder& order, Json& task) {
  Json& test = task["test"];
  if (const auto word = order.test_word()) {
    if (word->empty()) {
      return fail(Errc::invalid_argument,
                  "The name of the test is empty; pscheduler plugins tests lists them");
    }
    test["type"] = *word;
  }
  if (!text_member(test, "type")) {
    return fail(Errc::invalid_argument, "No test is named; say which one, or import a task that does");
  }
  if (!test.contains("spec")) test["spec"] = Json::object();
  if (!test["spec"].is_object()) {
    return fail(Errc::invalid_argument, "The imported task has a test.spec that is no object");
  }
  return {};
}

Result<void> apply_archives(Context& context, const TaskOrder& order, Json& task) {
  const auto words = order.line.values("archive");
  if (words.empty()) return {};
  Json archives = Json::array();
  for (const auto& word : words) {
    auto archive = json_option(context, "--archive", word);
    if (!archive) return fail(archive.error());
    archives.push_back(std::move(*archive));
  }
  task["archives"] = std::move(archives);
  return {};
}

Result<void> apply_contexts(Context& context, const TaskOrder& order, Json& task) {
  const auto word = order.line.value("context");
  if (word) {
    auto contexts = json_option(context, "--context", *word);
    if (!contexts) return fail(contexts.error());
    if (!contexts->is_object()) {
      return fail(Errc::invalid_argument,
                  "--context \"" + excerpt(contexts->dump()) + "\" is no JSON object");
    }
    if (schema_of(*contexts) > kContextSchemaMax) {
      return fail(Errc::invalid_argument, "--context has schema " + std::to_string(schema_of(*contexts)) +
                                              "; the highest known is " + std::to_string(kContextSchemaMax));
    }
    task["contexts"] = std::move(*contexts);
  }
  if (task.contains("contexts")) raise_schema(task, kSchemaWithContexts);
  return {};
}

void apply_rest(const TaskOrder& order, Json& task) {
  const CommandLine& line = order.line;
  if (const auto tools = line.values("tool"); !tools.empty()) task["tools"] = tools;
  if (const auto bind = line.value("lead-bind")) task["lead-bind"] = *bind;
  if (const auto keep = line.value("keep-after-archive")) {
    task["keep-after-archive"] = *keep;
    raise_schema(task, kSchemaWithKeepAfterArchive);
  }
  if (line.has("debug-pscheduler")) {
    task["debug"] = true;
    raise_schema(task, kSchemaWithDebug);
  }
}

}  // namespace

Result<Json> build_task(Context& context, const TaskOrder& order) {
  Json task = Json::object();
  if (const auto path = order.line.value("import")) {
    auto document = imported(context, *path);
    if (!document) return document;
    task = std::move(*document);
  }
  if (!task.contains("schedule")) task["schedule"] = Json::object();
  apply_schedule(context, order, task);
  PSCHEDULER_TRY(apply_priority(context, order, task));
  if (order.key) task["_key"] = *order.key;
  if (order.reference) {
    auto reference = json::read(*order.reference);
    if (!reference) return reference;
    task["reference"] = std::move(*reference);
  }
  PSCHEDULER_TRY(settle_type(order, task));
  PSCHEDULER_TRY(apply_archives(context, order, task));
  PSCHEDULER_TRY(apply_contexts(context, order, task));
  apply_rest(order, task);
  return task;
}

void merge_spec(Json& task, const Json& converted) {
  Json& spec = task["test"]["spec"];
  const auto schema = std::max(schema_of(spec), schema_of(converted));
  spec.update(converted);
  spec["schema"] = schema;
}

std::string export_text(const Json& task, ExportFormat format) {
  Json shown = task;
  if (format == ExportFormat::task) {
    if (shown.contains("schedule") && shown["schedule"].empty()) shown.erase("schedule");
    return json::to_pretty(shown) + "\n";
  }
  shown.erase("schedule");
  const Json job = {{"label", "Exported " + text_or(shown["test"], "type", "")}, {"task", shown}};
  const Json batch = {{"schema", 1}, {"jobs", Json::array({job})}};
  return json::to_pretty(batch) + "\n";
}

}  // namespace pscheduler::cli
