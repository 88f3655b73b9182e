#include "pscheduler/services/submission.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::services {
namespace {

// Compiling takes tens of milliseconds; more means that the script is no honest one.
constexpr Duration kScriptCheckLimit = std::chrono::seconds(5);

std::string refusals(const std::vector<ToolOffer>& offers) {
  std::string text;
  for (const auto& offer : offers) {
    if (offer.answer.can_run) continue;
    text += "\n  " + offer.tool.name + ": " +
            (offer.answer.reasons.empty() ? "no reason given" : join(offer.answer.reasons, "; "));
  }
  return text;
}

bool offered(const std::vector<ToolOffer>& offers, const std::string& tool) {
  return std::any_of(offers.begin(), offers.end(),
                     [&](const ToolOffer& offer) { return offer.answer.can_run && offer.tool.name == tool; });
}

}  // namespace

ports::AsyncResult<void> Submission::check_spec(const TaskRequest& request) {
  if (plugins_.find(PluginClass::test, request.test_type) == nullptr) {
    co_return fail(Errc::invalid_argument, "At /test/type: there is no test '" + excerpt(request.test_type) +
                                               "' here; GET /tests lists those there are.");
  }
  auto validity = co_await plugins_.spec_is_valid(request.test_type, *request.spec);
  if (!validity) co_return fail(std::move(validity.error()));
  if (!validity->valid) {
    co_return fail(Errc::invalid_argument, "Invalid test specification: " + validity->error);
  }
  co_return Result<void>{};
}

ports::AsyncResult<void> Submission::check_archives(const TaskRequest& request) {
  for (std::size_t i = 0; i < request.archives.size(); ++i) {
    const auto& archive = request.archives[i];
    const std::string where = "At /archives/" + std::to_string(i);
    if (plugins_.find(PluginClass::archiver, archive.archiver) == nullptr) {
      co_return fail(Errc::invalid_argument, where + "/archiver: there is no archiver '" +
                                                 excerpt(archive.archiver) +
                                                 "' here; GET /archivers lists those there are.");
    }
    auto validity = co_await plugins_.data_is_valid(PluginClass::archiver, archive.archiver, *archive.data);
    if (!validity) co_return fail(std::move(validity.error()));
    if (!validity->valid) co_return fail(Errc::invalid_argument, where + "/data: " + validity->error);
    if (!archive.transform) continue;
    auto compiled = co_await ports_.scripts.check(archive.transform->script, kScriptCheckLimit);
    if (!compiled) {
      co_return fail(compiled.error().code, where + "/transform: " + compiled.error().message);
    }
  }
  co_return Result<void>{};
}

ports::AsyncResult<void> Submission::check_contexts(const TaskRequest& request, std::size_t participants) {
  if (!request.contexts) co_return Result<void>{};
  if (request.contexts->size() != participants) {
    co_return fail(Errc::invalid_argument, "At /contexts/contexts: there must be one list per participant, " +
                                               std::to_string(participants) + ", not " +
                                               std::to_string(request.contexts->size()) + ".");
  }
  for (const auto& list : *request.contexts) {
    for (const auto& context : list) {
      if (plugins_.find(PluginClass::context, context.context) == nullptr) {
        co_return fail(Errc::invalid_argument, "At /contexts: there is no context '" +
                                                   excerpt(context.context) +
                                                   "' here; GET /contexts lists those there are.");
      }
      auto validity = co_await plugins_.data_is_valid(PluginClass::context, context.context, *context.data);
      if (!validity) co_return fail(std::move(validity.error()));
      if (!validity->valid) {
        co_return fail(Errc::invalid_argument,
                       "At /contexts: data of context '" + context.context + "': " + validity->error);
      }
    }
  }
  co_return Result<void>{};
}

Result<void> Submission::check_lead_bind(const TaskRequest& request) const {
  if (request.lead_bind.empty() || ports_.host_facts.is_local_address(request.lead_bind)) return {};
  return fail(Errc::invalid_argument,
              "At /lead-bind: '" + excerpt(request.lead_bind) +
                  "' is not an address of this host; name one that is, or leave it out.");
}

ports::AsyncResult<std::vector<std::string>> Submission::participants_of(const TaskRequest& request) {
  auto list = co_await plugins_.participants(request.test_type, *request.spec);
  if (!list) co_return fail(std::move(list.error()));
  std::vector<std::string> hosts;
  for (const auto& host : list->participants) hosts.push_back(host.value_or(settings_.host_name));
  if (hosts.empty()) {
    co_return fail(Errc::plugin_failed, "The test " + request.test_type + " names no participant.");
  }
  if (hosts.size() > 1) {
    co_return fail(Errc::not_possible,
                   "The test needs " + std::to_string(hosts.size()) + " participants (" +
                       excerpt(join(hosts, ", ")) +
                       "), and this node does not lead measurements with others; name one host.");
  }
  co_return hosts;
}

ports::AsyncResult<std::string> Submission::choose_tool(const TaskRequest& request) {
  const auto offers = co_await plugins_.offers(*request.test);
  if (request.tools.empty()) {
    const auto first = std::find_if(offers.begin(), offers.end(),
                                    [](const ToolOffer& offer) { return offer.answer.can_run; });
    if (first != offers.end()) co_return first->tool.name;
    co_return fail(Errc::not_possible, "No tool on " + settings_.host_name + " can run this " +
                                           request.test_type + " test." + refusals(offers));
  }
  for (const auto& tool : request.tools) {
    if (offered(offers, tool)) co_return tool;
  }
  co_return fail(Errc::not_possible, "None of the tools asked for (" + excerpt(join(request.tools, ", ")) +
                                         ") can run this " + request.test_type + " test on " +
                                         settings_.host_name + "." + refusals(offers));
}

// What the plug-ins say about the task, and the rest of its record.
ports::AsyncResult<Task> Submission::describe(const TaskRequest& request, Task task) {
  auto cli = co_await plugins_.spec_to_cli(request.test_type, *request.spec);
  if (!cli) co_return fail(std::move(cli.error()));
  auto length = co_await plugins_.duration(task.tool, *request.test);
  if (!length) co_return fail(std::move(length.error()));
  const Plugin* test = plugins_.find(PluginClass::test, request.test_type);
  if (test == nullptr) {
    co_return fail(Errc::plugin_failed, "The test " + request.test_type + " was removed from this node.");
  }
  task.test_type = request.test_type;
  task.scheduling_class = test->scheduling_class;
  task.schedule = request.schedule;
  task.duration = length->duration;
  task.post = length->post;
  task.cli = std::move(*cli);
  task.own_key = request.key;
  task.priority = request.priority;
  task.added = ports_.clock.now();
  task.progress.enabled = true;
  task.progress.plans_runs = task.leads();
  Json document = *request.document;
  document["tool"] = task.tool;
  task.document = json::to_compact(document);
  co_return task;
}

ports::AsyncResult<TaskId> Submission::submit(Json document, Hints hints) {
  auto request = read_task_request(std::move(document), ports_.clock.now(), settings_.zone);
  if (!request) co_return fail(std::move(request.error()));
  auto spec = co_await check_spec(*request);
  if (!spec) co_return fail(std::move(spec.error()));
  auto archives = co_await check_archives(*request);
  if (!archives) co_return fail(std::move(archives.error()));
  auto lead_bind = check_lead_bind(*request);
  if (!lead_bind) co_return fail(std::move(lead_bind.error()));
  auto participants = co_await participants_of(*request);
  if (!participants) co_return fail(std::move(participants.error()));
  auto contexts = co_await check_contexts(*request, participants->size());
  if (!contexts) co_return fail(std::move(contexts.error()));
  auto tool = co_await choose_tool(*request);
  if (!tool) co_return fail(std::move(tool.error()));
  Task task;
  task.id = TaskId(ports::new_uuid(ports_.random));
  task.tool = std::move(*tool);
  task.participants = std::move(*participants);
  task.hints = std::move(hints);
  auto described = co_await describe(*request, std::move(task));
  if (!described) co_return fail(std::move(described.error()));
  // A client that goes away now does not leave behind a task that nobody plans.
  co_await ports::shield_from_cancellation();
  ports::Changes changes;
  changes.new_tasks.push_back(*described);
  auto stored = co_await ports_.store.commit(std::move(changes));
  // The caller's coroutine, which is the whole connection, goes on and has to be cancellable again.
  co_await ports::forget_cancellation();
  if (!stored) co_return fail(std::move(stored.error()));
  scheduling_.add(*described);
  co_return described->id;
}

ports::AsyncResult<void> Submission::accept(TaskId id, int participant, Json document, Hints hints) {
  if (!document.is_object()) co_return fail(Errc::invalid_argument, "A task must be a JSON object.");
  const Json* hosts = json::find_array(document, "participants");
  if (hosts == nullptr) co_return fail(Errc::invalid_argument, "The task lacks its list of participants.");
  Task task;
  for (const auto& host : *hosts) {
    if (!host.is_string())
      co_return fail(Errc::invalid_argument, "At /participants: must be a list of hosts.");
    task.participants.push_back(host.get<std::string>());
  }
  if (participant < 1 || static_cast<std::size_t>(participant) >= task.participants.size()) {
    co_return fail(Errc::invalid_argument, "participant is " + std::to_string(participant) + "; with " +
                                               std::to_string(task.participants.size()) +
                                               " participants it must be from 1 to " +
                                               std::to_string(task.participants.size() - 1) + ".");
  }
  const auto tool = json::find_string(document, "tool");
  if (!tool || plugins_.find(PluginClass::tool, *tool) == nullptr) {
    co_return fail(Errc::invalid_argument,
                   "At /tool: there is no tool '" + excerpt(tool.value_or("")) + "' here.");
  }
  Json specification = document;
  specification.erase("participants");
  auto request = read_task_request(std::move(specification), ports_.clock.now(), settings_.zone);
  if (!request) co_return fail(std::move(request.error()));
  if (plugins_.find(PluginClass::test, request->test_type) == nullptr) {
    co_return fail(Errc::invalid_argument,
                   "At /test/type: there is no test '" + excerpt(request->test_type) + "' here.");
  }
  auto archives = co_await check_archives(*request);
  if (!archives) co_return fail(std::move(archives.error()));
  auto contexts = co_await check_contexts(*request, task.participants.size());
  if (!contexts) co_return fail(std::move(contexts.error()));
  task.id = id;
  task.participant = participant;
  task.tool = *tool;
  task.hints = std::move(hints);
  request->document = std::make_shared<const Json>(std::move(document));
  auto described = co_await describe(*request, std::move(task));
  if (!described) co_return fail(Errc::invalid_argument, described.error().message, described.error().detail);
  ports::Changes changes;
  changes.new_tasks.push_back(std::move(*described));
  auto stored = co_await ports_.store.commit(std::move(changes));
  if (!stored && stored.error().code == Errc::conflict) {
    co_return fail(Errc::invalid_argument, "This host has a task " + id.to_string() + " already.");
  }
  co_return stored;
}

}  // namespace pscheduler::services
