// Where results go, how delivering there goes, and what was given up (docs/api.md).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "access.hpp"
#include "handlers.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/wire_form.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

using services::DestinationState;

constexpr std::int64_t kGivenUpDefault = 100;
constexpr std::int64_t kGivenUpMax = 1000;

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json time_or_null(const Call& call, const std::optional<Instant>& at) {
  return at ? Json(format_timestamp(*at, call.settings.zone)) : Json();
}

const char* name_of(DestinationState::Health health) {
  switch (health) {
    case DestinationState::Health::ok:
      return "ok";
    case DestinationState::Health::failing:
      return "failing";
    case DestinationState::Health::idle:
      break;
  }
  return "idle";
}

// Where exactly its own clients alone are told: data of archive specifications may say more of a site than it
// wants to be known.
Json destination_object(const Call& call, const DestinationState& state, bool tells_place) {
  const auto& known = state.known;
  return {{"id", known.id},
          {"archiver", known.archiver},
          {"label", text_or_null(known.label)},
          {"destination", tells_place ? text_or_null(known.place) : Json()},
          {"state", name_of(state.health)},
          {"stalled", known.reported},
          {"waiting", state.waiting},
          {"under-way", call.services.archivist.under_way_to(known.id)},
          {"oldest", time_or_null(call, state.oldest)},
          {"last-success", time_or_null(call, known.last_success)},
          {"last-failure", time_or_null(call, known.last_failure)},
          {"last-error", text_or_null(known.last_error)},
          {"failing-since", time_or_null(call, known.failing_since)},
          {"given-up", state.given_up}};
}

// The text of the last entry in the history of an archiving.
Json reason_of(const Archiving& archiving) {
  const Json history = services::stored_value(archiving.diags);
  if (!history.is_array() || history.empty()) return nullptr;
  return text_or_null(json::find_string(history.back(), "stderr").value_or(""));
}

Json given_up_object(const Call& call, const Archiving& archiving) {
  const auto spec = services::read_archive_spec(services::stored_value(archiving.spec));
  const std::string task = call.root_url() + "/tasks/" + archiving.task.to_string();
  return {{"run", task + "/runs/" + archiving.run.to_string()},
          {"task", task},
          {"destination", archiving.destination},
          {"archiver", archiving.archiver},
          {"label", text_or_null(spec.label)},
          {"time", format_timestamp(archiving.next_attempt, call.settings.zone)},
          {"attempts", archiving.attempts},
          {"reason", reason_of(archiving)}};
}

Result<services::GivenUpSelection> selection_of(const Call& call) {
  services::GivenUpSelection which;
  which.destination = call.argument("destination").value_or("");
  const auto run = call.argument("run");
  if (!run) return which;
  const auto id = RunId::parse(*run);
  if (!id) return fail(Errc::invalid_argument, "run: '" + excerpt(*run) + "' is not the UUID of a run.");
  which.run = *id;
  return which;
}

}  // namespace

AsyncResult<HttpResponse> get_destinations(Call call) {
  const auto states = co_await call.services.archivist.destinations().states();
  if (!states) co_return fail(states.error());
  const bool tells_place = is_own_client(call);
  Json list = Json::array();
  for (const auto& state : *states) list.push_back(destination_object(call, state, tells_place));
  co_return json_response(call, list);
}

AsyncResult<HttpResponse> get_given_up(Call call) {
  auto which = selection_of(call);
  if (!which) co_return fail(std::move(which.error()));
  const auto limit = call.cardinal("limit");
  if (!limit) co_return fail(limit.error());
  const auto count_max = std::min(limit->value_or(kGivenUpDefault), kGivenUpMax);
  auto asking = call.services.archivist.given_up(std::move(*which), {}, static_cast<int>(count_max));
  const auto found = co_await std::move(asking);
  if (!found) co_return fail(found.error());
  Json list = Json::array();
  for (const auto& each : *found) list.push_back(given_up_object(call, each.archiving));
  co_return json_response(call, list);
}

AsyncResult<HttpResponse> post_given_up(Call call) {
  if (!is_own_client(call)) {
    co_return fail(Errc::forbidden, "What was given up can be offered again from the node's own host only.");
  }
  auto which = selection_of(call);
  if (!which) co_return fail(std::move(which.error()));
  if (which->destination.empty() && !which->run && !call.flag("all")) {
    co_return fail(Errc::invalid_argument,
                   "Say what to offer again: destination=ID, run=UUID, or all for everything.");
  }
  auto offering = call.services.archivist.offer_again(std::move(*which), actor_of(call));
  const auto offered = co_await std::move(offering);
  if (!offered) co_return fail(offered.error());
  const Json answer = {{"offered", *offered}};
  co_return json_response(call, answer);
}

}  // namespace pscheduler::api
