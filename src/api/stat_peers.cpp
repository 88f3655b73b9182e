// How this node gets on with others (docs/api.md): which it has called, which do not answer, and what is
// still to be removed there.

#include <map>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json silence_object(const Call& call, const services::PeerSilence& silence) {
  return {{"bind", text_or_null(silence.bind_address)},
          {"since", format_timestamp(silence.since, call.settings.zone)},
          {"next-call", format_timestamp(silence.next_call, call.settings.zone)},
          {"error", silence.problem}};
}

Json owed_object(const Call& call, const services::Owed& owed) {
  return {{"count", owed.count},
          {"untried", owed.untried},
          {"oldest", format_timestamp(owed.oldest, call.settings.zone)},
          {"next-attempt", format_timestamp(owed.next_attempt, call.settings.zone)},
          {"error", text_or_null(owed.problem)}};
}

HttpResponse counter_response(std::size_t count) {
  return text_response(std::to_string(count), "text/html; charset=utf-8");
}

}  // namespace

AsyncResult<HttpResponse> get_stat_peers(Call call) {
  std::map<std::string, Json> hosts;
  for (const auto& state : call.services.peers.states()) {
    Json host = {{"host", state.host}, {"pschedulerd", state.ours}, {"exchange-time", nullptr}};
    if (state.exchange_time) host["exchange-time"] = format_duration(*state.exchange_time);
    host["silent"] = Json::array();
    for (const auto& silence : state.silences) host["silent"].push_back(silence_object(call, silence));
    host["owed"] = nullptr;
    hosts.emplace(state.host, std::move(host));
  }
  for (const auto& owed : call.services.errands.owed()) {
    auto& host = hosts[owed.host];
    if (host.is_null()) {
      host = {
          {"host", owed.host}, {"pschedulerd", false}, {"exchange-time", nullptr}, {"silent", Json::array()}};
    }
    host["owed"] = owed_object(call, owed);
  }
  Json list = Json::array();
  for (auto& [name, host] : hosts) list.push_back(std::move(host));
  co_return json_response(call, list);
}

// Of all calls to other nodes only removals wait, when one cannot be reached.
AsyncResult<HttpResponse> get_http_queue_backlog(Call call) {
  std::size_t untried = 0;
  for (const auto& owed : call.services.errands.owed()) untried += owed.untried;
  co_return counter_response(untried);
}

AsyncResult<HttpResponse> get_http_queue_length(Call call) {
  co_return counter_response(call.services.errands.size());
}

}  // namespace pscheduler::api
