// As another participant: tasks that their lead brings (spec api.md 10.4).

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/services/submission.hpp"

namespace pscheduler::services {
namespace {

// What is read of a lead's task. The lead has checked the whole against its own schema, and may have added
// members that this node does not know.
constexpr const char* kMembers[] = {"test",     "tool",      "tools",     "schedule",
                                    "archives", "reference", "lead-bind", "_key",
                                    "contexts", "priority",  "debug",     "keep-after-archive"};

Json specification_in(const Json& document) {
  Json specification = {{"schema", kTaskSchemaMax}};
  for (const auto* member : kMembers) {
    if (const Json* value = json::find(document, member)) specification[member] = *value;
  }
  return specification;
}

}  // namespace

ports::AsyncResult<void> Submission::accept(TaskId id, int participant, Json document, Hints hints) {
  if (!document.is_object()) co_return fail(Errc::invalid_argument, "A task must be a JSON object.");
  // The lead delivers to the archives, not this host.
  const auto ticket = co_await admission_.admit(Admission::Archives::none);
  if (!ticket) co_return fail(ticket.error());
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
  auto diags = co_await limit_participation(document, hints);
  if (!diags) co_return fail(std::move(diags.error()));
  const auto tool = json::find_string(document, "tool");
  if (!tool || plugins_.find(PluginClass::tool, *tool) == nullptr) {
    co_return fail(Errc::invalid_argument,
                   "At /tool: there is no tool '" + excerpt(tool.value_or("")) + "' here.");
  }
  auto request = read_task_request(specification_in(document), ports_.clock.now(), settings_.zone);
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
  task.limit_diags = std::move(*diags);
  request->document = std::make_shared<const Json>(std::move(document));
  auto described = co_await describe(*request, std::move(task));
  if (!described) co_return fail(Errc::invalid_argument, described.error().message, described.error().detail);
  std::string lead = described->participants.front();
  ports::Changes changes;
  changes.new_tasks.push_back(std::move(*described));
  auto stored = co_await ports_.store.commit(std::move(changes));
  if (!stored && stored.error().code == Errc::conflict) {
    co_return fail(Errc::invalid_argument, "This host has a task " + id.to_string() + " already.");
  }
  if (stored) peers_.heard_from(lead);
  co_return stored;
}

}  // namespace pscheduler::services
