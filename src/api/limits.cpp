// What the limits of this host would say (spec api.md 9.4).

#include <nlohmann/json.hpp>

#include "access.hpp"
#include "handlers.hpp"
#include "pscheduler/services/limits.hpp"

namespace pscheduler::api {

AsyncResult<HttpResponse> get_limits(Call call) {
  auto proposal = call.required_json("proposal");
  if (!proposal) co_return fail(std::move(proposal.error()));
  if (!proposal->is_object()) {
    co_return fail(Errc::invalid_argument, "The argument 'proposal' must be a task, which is a JSON object.");
  }
  auto hints = hints_of(call);
  if (!hints) co_return fail(std::move(hints.error()));
  auto decision = co_await call.services.limits.decide(std::move(*proposal), std::move(*hints),
                                                       services::Moment::submission);
  if (!decision) co_return fail(std::move(decision.error()));
  const Json answer = {{"passed", decision->passed}, {"diags", decision->diags}};
  co_return json_response(call, answer);
}

}  // namespace pscheduler::api
