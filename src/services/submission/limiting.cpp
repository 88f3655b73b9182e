// Whether the one who asks may have the task run here (spec limits.md 2.2, 12.1).

#include <nlohmann/json.hpp>

#include "pscheduler/services/limits.hpp"
#include "pscheduler/services/submission.hpp"

namespace pscheduler::services {
namespace {

tl::unexpected<Error> forbidden(const std::string& diags) {
  return fail(Errc::forbidden, "Task forbidden by limits:\n" + diags);
}

}  // namespace

ports::AsyncResult<std::string> Submission::limit(TaskRequest& request, const Hints& hints) {
  Json document = *request.document;
  auto decision = co_await limits_.decide(std::move(document), hints, Moment::submission);
  if (!decision) co_return fail(std::move(decision.error()));
  if (!decision->passed) co_return forbidden(decision->diags);
  if (!decision->task) co_return std::move(decision->diags);
  Json rewritten = *decision->task;
  auto changed = read_task_request(std::move(rewritten), ports_.clock.now(), settings_.zone);
  if (changed) {
    auto checked = co_await check(*changed);
    if (!checked) changed = fail(std::move(checked.error()));
  }
  if (!changed) {
    co_return fail(changed.error().code,
                   "After it was rewritten by this host's limits: " + changed.error().message);
  }
  request = std::move(*changed);
  co_return std::move(decision->diags);
}

ports::AsyncResult<std::string> Submission::limit_participation(const Json& document, const Hints& hints) {
  Json task = document;
  auto decision = co_await limits_.decide(std::move(task), hints, Moment::participation);
  if (!decision) co_return fail(std::move(decision.error()));
  if (!decision->passed) co_return forbidden(decision->diags);
  co_return std::move(decision->diags);
}

}  // namespace pscheduler::services
