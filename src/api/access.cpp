#include "access.hpp"

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::api {
namespace {

// Proxies name in it the client for whom they ask.
constexpr std::string_view kRequesterHeader = "X-pScheduler-Requester";

// Takes as long wherever the difference is, so that nobody can find a key out by measuring.
bool same_secret(std::string_view given, std::string_view key) {
  if (given.size() != key.size()) return false;
  unsigned different = 0;
  for (std::size_t i = 0; i < key.size(); ++i) {
    different |=
        static_cast<unsigned char>(given[i]) ^ static_cast<unsigned>(static_cast<unsigned char>(key[i]));
  }
  return different == 0;
}

// Leads of 5.2 append text to the key when they cancel: "K?", "K?key=K?".
bool key_matches(std::string_view given, const std::string& key) {
  if (key.empty()) return false;
  const bool has_more = given.size() > key.size() && given[key.size()] == '?';
  return same_secret(has_more ? given.substr(0, key.size()) : given, key);
}

// The client, or for whom it asks when it has a key to do so.
struct Requester {
  std::string address;
  std::string proxied_by;  // empty: it asks for itself
};

Result<Requester> requester_of(const Call& call) {
  const auto header = call.request.header(kRequesterHeader);
  if (!header) return Requester{call.request.peer_address, ""};
  const auto parts = split(*header, ';');
  if (parts.size() != 3) {
    return fail(Errc::invalid_argument, "X-pScheduler-Requester must be ADDRESS;NAME;KEY.");
  }
  const auto address = IpAddress::parse(trim(parts[0]));
  if (!address) {
    return fail(Errc::invalid_argument, "X-pScheduler-Requester must be ADDRESS;NAME;KEY, and '" +
                                            excerpt(trim(parts[0])) + "' is no IP address.");
  }
  const auto& keys = call.settings.requester_keys;
  const auto known = keys.find(trim(parts[1]));
  if (known == keys.end() || !same_secret(trim(parts[2]), known->second)) {
    return fail(Errc::forbidden, "This node has no requester key named '" + excerpt(trim(parts[1])) +
                                     "' with that value; whoever runs it lists them in the file that "
                                     "'requester-keys' names.");
  }
  return Requester{address->to_string(), call.request.peer_address};
}

}  // namespace

Result<void> check_may_write(const Call& call, const Task& task) {
  const auto requester = requester_of(call);
  if (!requester) return fail(requester.error());
  // Whom a proxy names is not on this host, whatever address that is.
  const bool is_direct = requester->proxied_by.empty();
  if (is_direct && call.services.host_facts.is_local_address(requester->address)) return {};
  const auto given = call.argument("key");
  if (given && (key_matches(*given, task.own_key) || key_matches(*given, task.participant_key))) return {};
  const bool key_required = task.leads() && !task.own_key.empty() && task.participants.size() > 1;
  if (!key_required && requester->address == task.hints.requester) return {};
  return fail(Errc::forbidden,
              key_required ? "This task can be changed with its key only; give it as 'key'."
                           : "This task can be changed from the address that posted it, from this host, "
                             "or with its key.");
}

Result<Privacy> privacy_for(const Call& call, const std::string& unlocking_key) {
  const auto given = call.argument("key");
  if (!given || unlocking_key.empty()) return Privacy::hidden;
  if (same_secret(*given, unlocking_key)) return Privacy::shown;
  return fail(Errc::forbidden, "The key is not the right one.");
}

Result<Hints> hints_of(const Call& call) {
  auto requester = requester_of(call);
  if (!requester) return fail(std::move(requester.error()));
  Hints hints;
  hints.requester = std::move(requester->address);
  hints.requester_proxied_by = std::move(requester->proxied_by);
  hints.server = call.request.local_address;
  return hints;
}

bool is_proxied(const Call& call) {
  return call.request.header(kRequesterHeader).has_value();
}

bool is_own_client(const Call& call) {
  return call.services.host_facts.is_local_address(call.request.peer_address) && !is_proxied(call);
}

Result<void> check_from_this_host(const Call& call, Errc code) {
  const std::string& peer = call.request.peer_address;
  const bool loopback = peer == "127.0.0.1" || peer == "::1";
  if (loopback && !is_proxied(call)) return {};
  return fail(code, "This is answered to clients on this host only.");
}

std::string actor_of(const Call& call) {
  const auto requester = requester_of(call);
  if (!requester || requester->proxied_by.empty()) return "api " + call.request.peer_address;
  return "api " + requester->address + " by way of " + requester->proxied_by;
}

}  // namespace pscheduler::api
