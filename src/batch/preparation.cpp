#include "pscheduler/batch/preparation.hpp"

#include <map>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/versioned.hpp"

namespace pscheduler::batch {
namespace {

constexpr int kTaskSchemaMax = 5;

// A batch says itself when its tasks run.
constexpr const char* kNotForBatches[] = {"start", "repeat", "repeat-cron", "until", "max-runs"};

constexpr Duration kDelayMax = std::chrono::days(366);

constexpr std::size_t kNotedMax = 20;  // of one job; what more there is differs in its numbers alone

ports::Script task_script(const Transform& transform) {
  return {transform.script, {"global", "iteration"}};
}

ports::Script condition_script(const Transform& transform) {
  return {transform.script, {"global"}};
}

// Its own arguments are variables too; the batch's data win.
ports::Script iterations_script(const Transform& transform) {
  ports::Script script{transform.script, {"global"}};
  for (const auto& [name, value] : transform.arguments.items()) {
    if (name != "global") script.variables.push_back(name);
  }
  return script;
}

void check_script(const Document& document, const std::optional<Transform>& transform,
                  const std::string& what, ports::Script (*script)(const Transform&), Jq& jq,
                  Problems& problems) {
  if (!transform) return;
  const auto compiled = jq.check(script(*transform));
  if (compiled) return;
  problems.push_back({transform->pointer, what + compiled.error().message,
                      document.places.of(transform->pointer + "/script")});
}

std::string job_at(std::size_t job) {
  return "/jobs/" + std::to_string(job);
}

// The iterations of one job, one after the other.
class JobPreparation {
 public:
  JobPreparation(const Document& document, std::size_t number, const json::VersionedSchema& schema, Jq& jq)
      : document_(document), number_(number), job_(document.jobs[number]), schema_(schema), jq_(jq) {}

  std::vector<Json> prepare(Problems& problems) {
    std::vector<Json> tasks;
    const auto count = iterations();
    if (count && *count * std::chrono::duration<double>(job_.backoff) > kDelayMax) {
      note(job_at(number_) + "/backoff", job_at(number_) + "/backoff",
           "makes the last iteration wait for more than a year");
    }
    for (std::int64_t i = 0; count && i < *count; ++i) {
      if (auto task = iteration(i)) tasks.push_back(std::move(*task));
    }
    tell(problems);
    return tasks;
  }

 private:
  struct Noted {
    Problem problem;
    std::size_t more = 0;
  };

  std::optional<std::int64_t> iterations() {
    if (!job_.computed_iterations) return job_.iterations;
    const auto& transform = *job_.computed_iterations;
    Json variables = transform.arguments;
    variables["global"] = document_.global_data;
    const auto output = jq_.first(iterations_script(transform), Json(), variables);
    if (!output) {
      note(transform.pointer, transform.pointer, output.error().message);
      return std::nullopt;
    }
    const auto number = *output && (*output)->is_number() ? json::as_integer(**output) : std::nullopt;
    if (number && *number >= 1 && *number <= kIterationsMax) return number;
    note(transform.pointer, transform.pointer,
         "must give an integer from 1 to " + std::to_string(kIterationsMax) + ", not " +
             (*output ? json::describe(**output) : "nothing"));
    return std::nullopt;
  }

  // The task of one iteration, or nothing after what is wrong was noted.
  std::optional<Json> iteration(std::int64_t number) {
    const auto source = job_at(number_) + "/task";
    const bool listed = job_.task.is_array();
    Json task = listed ? job_.task[static_cast<std::size_t>(number)] : job_.task;
    for (const auto* transform :
         {&document_.transform_pre, &job_.task_transform, &document_.transform_post}) {
      if (*transform && !apply(**transform, number, task)) return std::nullopt;
    }
    const auto place = listed ? source + "/" + std::to_string(number) : source;
    if (!task.is_object()) {
      note("", place, "the task must be an object after its transforms, not " + json::describe(task));
      return std::nullopt;
    }
    if (const auto violation = schema_.check(task)) {
      note(source + " iteration " + std::to_string(number), place + violation->pointer,
           violation->pointer.empty() ? violation->message : json::to_text(*violation));
      return std::nullopt;
    }
    Json& schedule = task["schedule"];
    if (schedule.is_null()) schedule = Json::object();
    for (const auto* name : kNotForBatches) schedule.erase(name);
    return task;
  }

  bool apply(const Transform& transform, std::int64_t number, Json& task) {
    const Json variables{{"global", document_.global_data}, {"iteration", number}};
    auto output = jq_.first(task_script(transform), task, variables);
    if (output && *output) {
      task = std::move(**output);
      return true;
    }
    const auto reason = output ? std::string("the jq program has no output") : output.error().message;
    const auto own = job_at(number_) + "/task-transform";
    if (transform.pointer == own) {
      note(own + ", iteration " + std::to_string(number), own + "/script", reason);
    } else {
      note(job_at(number_) + ", iteration " + std::to_string(number), transform.pointer + "/script",
           transform.pointer + ": " + reason);
    }
    return false;
  }

  void note(std::string at, const std::string& pointer, std::string message) {
    const auto key = std::pair(pointer, message);
    if (const auto found = by_message_.find(key); found != by_message_.end()) {
      ++noted_[found->second].more;
      return;
    }
    if (noted_.size() == kNotedMax) {
      ++noted_.back().more;
      return;
    }
    by_message_.emplace(key, noted_.size());
    noted_.push_back({{std::move(at), std::move(message), document_.places.of(pointer)}});
  }

  void tell(Problems& problems) {
    for (auto& [problem, more] : noted_) {
      if (more > 0) problem.message += " (and " + std::to_string(more) + " more iterations)";
      problems.push_back(std::move(problem));
    }
  }

  const Document& document_;
  std::size_t number_;
  const Job& job_;
  const json::VersionedSchema& schema_;
  Jq& jq_;
  std::vector<Noted> noted_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_message_;
};

}  // namespace

Problems check_conditions(const Document& document, Jq& jq) {
  Problems problems;
  for (std::size_t i = 0; i < document.jobs.size(); ++i) {
    const auto owner = "jobs[" + std::to_string(i) + "]: ";
    check_script(document, document.jobs[i].continue_if, owner, condition_script, jq, problems);
  }
  return problems;
}

Problems check_scripts(const Document& document, Jq& jq) {
  Problems problems;
  check_script(document, document.transform_pre, "", task_script, jq, problems);
  check_script(document, document.transform_post, "", task_script, jq, problems);
  for (auto& problem : check_conditions(document, jq)) problems.push_back(std::move(problem));
  for (const Job& job : document.jobs) {
    if (!job.enabled) continue;
    check_script(document, job.computed_iterations, "", iterations_script, jq, problems);
    check_script(document, job.task_transform, "", task_script, jq, problems);
  }
  return problems;
}

Checked<Plan> prepare(const Document& document, Jq& jq) {
  Problems problems = check_scripts(document, jq);
  const auto schema = json::VersionedSchema::of_type("TaskSpecification", kTaskSchemaMax);
  if (!schema) problems.push_back({"", schema.error().message, std::nullopt});
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  Plan plan(document.jobs.size());
  for (std::size_t i = 0; i < document.jobs.size(); ++i) {
    if (document.jobs[i].enabled) plan[i] = JobPreparation(document, i, *schema, jq).prepare(problems);
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return plan;
}

Checked<bool> goes_on(const Document& document, std::size_t job, const Json& results, Jq& jq) {
  const auto& condition = document.jobs[job].continue_if;
  if (!condition) return true;
  const Json variables{{"global", document.global_data}};
  const auto output = jq.first(condition_script(*condition), results, variables);
  if (output && *output && (*output)->is_boolean()) return (*output)->get<bool>();
  std::string message = "jobs[" + std::to_string(job) + "]: ";
  if (!output) {
    message += output.error().message;
  } else {
    message += "must give true or false, but gave the non-boolean " +
               (*output ? json::describe(**output) : std::string("nothing"));
  }
  return tl::unexpected(
      Problems{{condition->pointer, message, document.places.of(condition->pointer + "/script")}});
}

}  // namespace pscheduler::batch
