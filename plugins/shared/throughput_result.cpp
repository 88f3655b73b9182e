#include "shared/throughput_result.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 2> kEnds{"client", "server"};

bool succeeded(const Json& result) {
  return json::find_bool(result, "succeeded").value_or(false);
}

std::string text_in(const Json& result, std::string_view name) {
  return json::find_string(result, name).value_or(std::string());
}

std::string error_of(const Json& result) {
  if (result.is_null()) return "gave no result.";
  const auto error = text_in(result, "error");
  return error.empty() ? "failed without giving a reason." : error;
}

std::string joined_diags(const std::vector<const Json*>& results) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const auto diags = text_in(*results[i], "diags");
    const auto error = text_in(*results[i], "error");
    parts.push_back(fmt::format("Participant {} ({}):", i, kEnds[i]));
    if (!diags.empty()) parts.back() += "\n" + diags;
    if (!succeeded(*results[i])) parts.back() += "\n" + (error.empty() ? error_of(*results[i]) : error);
  }
  return join(parts, "\n\n");
}

// What went wrong at each end, in one text.
std::string joined_errors(const std::vector<const Json*>& results) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!succeeded(*results[i])) parts.push_back(fmt::format("The {}: {}", kEnds[i], error_of(*results[i])));
  }
  return join(parts, "\n");
}

void take(Json& into, std::string_view name, const Json& from, std::string_view from_name) {
  const Json* const value = json::find(from, from_name);
  if (value != nullptr && value->is_number()) into[std::string(name)] = *value;
}

// What the receiver saw of data the sender tells of.
void add_received(Json& sent, const Json& received, bool is_udp) {
  take(sent, "receiver-throughput-bits", received, "throughput-bits");
  if (!is_udp) return;
  take(sent, "lost", received, "lost");
  take(sent, "jitter", received, "jitter");
}

// Two ends do not begin at the same instant, but intervals are no shorter than this apart.
bool same_time(const Json& a, const Json& b) {
  constexpr double kApart = 0.05;
  const auto close = [&](std::string_view name) {
    const auto of_a = json::find_number(a, name);
    const auto of_b = json::find_number(b, name);
    return of_a && of_b && std::fabs(*of_a - *of_b) < kApart;
  };
  return close("start") && close("end");
}

void add_received_streams(Json& sent, const Json& received, bool is_udp) {
  const Json* const theirs = json::find_array(received, "streams");
  if (theirs == nullptr || !sent.contains("streams") || sent["streams"].size() != theirs->size()) return;
  for (std::size_t i = 0; i < theirs->size(); ++i) add_received(sent["streams"][i], (*theirs)[i], is_udp);
}

void add_received_intervals(Json& merged, const Json& receiver, bool is_udp) {
  const Json* const theirs = json::find_array(receiver, "intervals");
  auto& ours = merged["intervals"];
  if (theirs == nullptr || !ours.is_array()) return;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs->size()); ++i) {
    const Json* const sum = json::find_object((*theirs)[i], "summary");
    if (sum == nullptr || json::find_object(ours[i], "summary") == nullptr) continue;
    if (!same_time(ours[i]["summary"], *sum)) continue;
    add_received(ours[i]["summary"], *sum, is_udp);
    add_received_streams(ours[i], (*theirs)[i], is_udp);
  }
}

// In the sum of a sender that is the server, the receiver's part is what the client says of it.
void take_clients_view(Json& sent, const Json& client, bool is_udp) {
  take(sent, "receiver-throughput-bits", client, "receiver-throughput-bits");
  if (!is_udp) return;
  take(sent, "lost", client, "lost");
  take(sent, "jitter", client, "jitter");
}

Json result_of_sender(const Json& client, const Json& server, const Json& spec) {
  const bool reverse = json::find_bool(spec, "reverse").value_or(false);
  const Json* const theirs = json::find_object(server, "summary");
  const Json* const ours = json::find_object(client, "summary");
  const bool server_tells = succeeded(server) && theirs != nullptr && theirs->contains("summary");
  Json merged = reverse && server_tells ? server : client;
  if (!server_tells) return merged;
  // Only the client knows the segment size.
  if (!merged.contains("mss")) take(merged, "mss", client, "mss");
  add_received_intervals(merged, reverse ? client : server, is_udp(spec));
  if (ours == nullptr || !ours->contains("summary")) return merged;
  if (!reverse) {
    auto& sent = merged["summary"]["summary"];
    if (!sent.contains("receiver-throughput-bits")) add_received(sent, (*theirs)["summary"], is_udp(spec));
    return merged;
  }
  auto& summary = merged["summary"];
  take_clients_view(summary["summary"], (*ours)["summary"], is_udp(spec));
  const Json* const streams = json::find_array(*ours, "streams");
  if (streams == nullptr || !summary.contains("streams") || summary["streams"].size() != streams->size())
    return merged;
  for (std::size_t i = 0; i < streams->size(); ++i)
    take_clients_view(summary["streams"][i], (*streams)[i], is_udp(spec));
  return merged;
}

// Members the test's result knows; other nodes' tools may print more.
Json known_members(const Json& result) {
  Json known = {{"schema", 1}, {"succeeded", true}};
  for (const auto* name :
       {"intervals", "summary", "mss", "mtu", "tcp-window-size", "requested-tcp-window-size"}) {
    const Json* const value = json::find(result, name);
    if (value != nullptr && !value->is_null()) known[name] = *value;
  }
  return known;
}

}  // namespace

Json throughput_succeeded(Json measured, const std::string& diags) {
  measured["schema"] = 1;
  measured["succeeded"] = true;
  measured["diags"] = sdk::cut_diags(diags);
  return measured;
}

Json throughput_failed(const std::string& error, const std::string& diags) {
  return {{"schema", 1}, {"succeeded", false}, {"error", error}, {"diags", sdk::cut_diags(diags)}};
}

Json throughput_served(const std::string& diags) {
  return {{"schema", 1}, {"succeeded", true}, {"diags", sdk::cut_diags(diags)}};
}

Json merge_throughput(const Json& test, const Json& results, Knows knows) {
  const Json* const found = json::find_object(test, "spec");
  const Json spec = found == nullptr ? Json::object() : *found;
  const Json none;
  std::vector<const Json*> ends;
  const std::size_t count = has_two_ends(spec) ? 2 : 1;
  for (std::size_t i = 0; i < count; ++i)
    ends.push_back(results.is_array() && i < results.size() ? &results[i] : &none);
  const auto diags = joined_diags(ends);
  const auto& client = *ends.front();
  if (!succeeded(client)) return throughput_failed(joined_errors(ends), diags);
  auto merged = known_members(
      knows == Knows::sender_most && count == 2 ? result_of_sender(client, *ends[1], spec) : client);
  if (!merged.contains("intervals") || !merged.contains("summary"))
    return throughput_failed("The client's result has no intervals or no summary.", diags);
  merged["diags"] = sdk::cut_diags(diags);
  return merged;
}

Json join_ends(Json client, const Json& server) {
  const std::vector<const Json*> ends{&client, &server};
  const auto diags = joined_diags(ends);
  if (!succeeded(client)) {
    // What the server says is of use only if it failed before its client did.
    return throughput_failed(server.is_null() ? error_of(client) : joined_errors(ends), diags);
  }
  client["diags"] = sdk::cut_diags(diags);
  return client;
}

}  // namespace pscheduler::plugins
