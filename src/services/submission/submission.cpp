#include "pscheduler/services/submission.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/at_once.hpp"
#include "pscheduler/ports/messages.hpp"
#include "services/submission/tool_choice.hpp"

namespace pscheduler::services {
namespace {

// A key nobody guesses, for a task whose poster gave none (spec api.md 5.1).
constexpr std::size_t kKeyLength = 64;

using Tools = Result<std::vector<PeerTool>>;

// The lines of all that have failed; empty if none has.
std::string failures_of(const std::vector<Tools>& answers) {
  std::string text;
  for (const auto& answer : answers) {
    if (!answer) text += "\n  " + answer.error().message;
  }
  return text;
}

}  // namespace

Submission::Submission(Ports ports, Plugins& plugins, Scheduling& scheduling, TaskBook& book, Peers& peers,
                       Errands& errands, Limits& limits, Admission& admission, SubmissionSettings settings)
    : ports_(std::move(ports)),
      plugins_(plugins),
      scheduling_(scheduling),
      book_(book),
      peers_(peers),
      errands_(errands),
      limits_(limits),
      admission_(admission),
      settings_(std::move(settings)),
      creations_(ports_.executor, [this](const std::exception_ptr& exception) {
        try {
          std::rethrow_exception(exception);
        } catch (const std::exception& error) {
          ports_.log.write(ports::kTaskCreationBroken, {{"error", std::string(error.what())}});
        }
      }) {}

ports::AsyncResult<std::vector<std::string>> Submission::participants_of(const TaskRequest& request) {
  auto asking = plugins_.participants(request.test_type, *request.spec, request.lead_bind);
  auto list = co_await std::move(asking);
  if (!list) co_return fail(std::move(list.error()));
  std::vector<std::string> hosts;
  for (const auto& host : list->participants) hosts.push_back(host.value_or(settings_.host_name));
  if (hosts.empty()) {
    co_return fail(Errc::plugin_failed, "The test " + request.test_type + " names no participant.");
  }
  for (auto host = hosts.begin(); host != hosts.end(); ++host) {
    if (std::find(hosts.begin(), host, *host) == host) continue;
    co_return fail(Errc::not_possible, "The test names " + excerpt(*host) +
                                           " twice as a participant; each must be another host.");
  }
  co_return hosts;
}

ports::Async<void> Submission::ask_own_tools(const TaskRequest& request, Tools& answer) {
  auto asking = plugins_.offers(*request.test, request.lead_bind);
  const auto offers = co_await std::move(asking);
  std::vector<PeerTool> tools;
  for (const auto& offer : offers) {
    tools.push_back({offer.tool.name, offer.answer.can_run, offer.answer.reasons});
  }
  answer = std::move(tools);
}

ports::Async<void> Submission::ask_for_tools(PeerAddress peer, const Json& test, Tools& answer) {
  Json question = test;
  answer = co_await peers_.tools(std::move(peer), std::move(question));
}

// Nothing verifies that the first participant is this host (spec api.md 10.2): as the lead, it speaks for it.
ports::AsyncResult<std::string> Submission::agree_on_tool(const TaskRequest& request,
                                                          const std::vector<std::string>& participants) {
  std::vector<Tools> answers(participants.size());
  const auto ask = [&](std::size_t i) {
    if (i == 0) return ask_own_tools(request, answers[i]);
    return ask_for_tools({participants[i], request.lead_bind}, *request.test, answers[i]);
  };
  auto asking = ports::at_once(ports_.executor, participants.size(), ask);
  co_await std::move(asking);
  if (const auto failures = failures_of(answers); !failures.empty()) {
    co_return fail(Errc::not_possible, "Not all participants of this " + request.test_type +
                                           " test can be asked for their tools:" + failures);
  }
  std::vector<ToolsOfParticipant> offers;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    offers.push_back({participants[i], std::move(*answers[i])});
  }
  auto tool = choose_tool(offers, request.tools);
  if (tool) co_return std::move(*tool);
  co_return fail(Errc::not_possible, why_no_tool(request.test_type, offers, request.tools));
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
  const bool created_elsewhere_too = task.leads() && task.participants.size() > 1;
  task.progress.enabled = !created_elsewhere_too;
  task.progress.plans_runs = task.leads() && !created_elsewhere_too;
  if (created_elsewhere_too) {
    task.participant_key = request.key.empty() ? ports::new_key(ports_.random, kKeyLength) : request.key;
  }
  Json document = *request.document;
  document["tool"] = task.tool;
  task.document = json::to_compact(document);
  co_return task;
}

ports::AsyncResult<Admission::Ticket> Submission::admit(const Json& document) {
  const Json* archives = json::find_array(document, "archives");
  const bool has_archives = archives != nullptr && !archives->empty();
  return admission_.admit(has_archives ? Admission::Archives::wanted : Admission::Archives::none);
}

ports::AsyncResult<TaskId> Submission::submit(Json document, Hints hints) {
  const auto ticket = co_await admit(document);
  if (!ticket) co_return fail(ticket.error());
  auto request = read_task_request(std::move(document), ports_.clock.now(), settings_.zone);
  if (!request) co_return fail(std::move(request.error()));
  auto checked = co_await check(*request);
  if (!checked) co_return fail(std::move(checked.error()));
  auto diags = co_await limit(*request, hints);
  if (!diags) co_return fail(std::move(diags.error()));
  auto participants = co_await participants_of(*request);
  if (!participants) co_return fail(std::move(participants.error()));
  auto contexts = co_await check_contexts(*request, participants->size());
  if (!contexts) co_return fail(std::move(contexts.error()));
  auto tool = co_await agree_on_tool(*request, *participants);
  if (!tool) co_return fail(std::move(tool.error()));
  Task task;
  task.id = TaskId(ports::new_uuid(ports_.random));
  task.tool = std::move(*tool);
  task.participants = std::move(*participants);
  task.hints = std::move(hints);
  task.limit_diags = std::move(*diags);
  auto described = co_await describe(*request, std::move(task));
  if (!described) co_return fail(std::move(described.error()));
  if (described->participants.size() > 1) {
    co_return co_await create_everywhere(std::move(*described));
  }
  co_return co_await create_here(std::move(*described));
}

ports::AsyncResult<TaskId> Submission::create_here(Task task) {
  // A client that goes away now does not leave behind a task that nobody plans.
  co_await ports::shield_from_cancellation();
  ports::Changes changes;
  changes.new_tasks.push_back(task);
  auto stored = co_await ports_.store.commit(std::move(changes));
  // The caller's coroutine, which is the whole connection, goes on and has to be cancellable again.
  co_await ports::forget_cancellation();
  if (!stored) co_return fail(std::move(stored.error()));
  scheduling_.add(task);
  co_return task.id;
}

}  // namespace pscheduler::services
