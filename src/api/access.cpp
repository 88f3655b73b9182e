#include "access.hpp"

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::api {
namespace {

// Proxies name in it the client for whom they ask.
constexpr std::string_view kRequesterHeader = "X-pScheduler-Requester";

// Leads of 5.2 append text to the key when they cancel: "K?", "K?key=K?".
bool key_matches(std::string_view given, const std::string& key) {
  return !key.empty() && (given == key || given.starts_with(key + "?"));
}

}  // namespace

Result<void> check_may_write(const Call& call, const Task& task) {
  const std::string& peer = call.request.peer_address;
  if (call.services.host_facts.is_local_address(peer)) return {};
  const auto given = call.argument("key");
  if (given && (key_matches(*given, task.own_key) || key_matches(*given, task.participant_key))) return {};
  const bool key_required = task.leads() && !task.own_key.empty() && task.participants.size() > 1;
  if (!key_required && peer == task.hints.requester) return {};
  return fail(Errc::forbidden,
              key_required ? "This task can be changed with its key only; give it as 'key'."
                           : "This task can be changed from the address that posted it, from this host, "
                             "or with its key.");
}

Result<Privacy> privacy_for(const Call& call, const std::string& unlocking_key) {
  const auto given = call.argument("key");
  if (!given || unlocking_key.empty()) return Privacy::hidden;
  if (*given == unlocking_key) return Privacy::shown;
  return fail(Errc::forbidden, "The key is not the right one.");
}

Result<Hints> hints_of(const Call& call) {
  Hints hints;
  hints.requester = call.request.peer_address;
  hints.server = call.request.local_address;
  const auto proxied = call.request.header(kRequesterHeader);
  if (!proxied) return hints;
  const auto parts = split(*proxied, ';');
  if (parts.size() != 3 || !IpAddress::parse(trim(parts[0]))) {
    return fail(Errc::invalid_argument, "X-pScheduler-Requester must be ADDRESS;NAME;KEY.");
  }
  return fail(Errc::forbidden, "There is no requester key named '" + excerpt(parts[1]) + "' on this node.");
}

Result<void> check_from_this_host(const Call& call, Errc code) {
  const std::string& peer = call.request.peer_address;
  const bool loopback = peer == "127.0.0.1" || peer == "::1";
  if (loopback && !call.request.header(kRequesterHeader)) return {};
  return fail(code, "This is answered to clients on this host only.");
}

std::string actor_of(const Call& call) {
  return "api " + call.request.peer_address;
}

}  // namespace pscheduler::api
