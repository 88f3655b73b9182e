#pragma once
// Who may see and change what (spec api.md 5).

#include <string>

#include "call.hpp"
#include "pscheduler/model/task.hpp"

namespace pscheduler::api {

// Changes of a task and its runs: from an address of this host, but not by way of a proxy; with the right
// key; or, where no key was given by the one who posted it, from the address that did. forbidden otherwise.
Result<void> check_may_write(const Call& call, const Task& task);

// Whether private members are shown: with the right key they are. A wrong key is forbidden; without a key, or
// on an object that has none, they are hidden.
enum class Privacy { hidden, shown };
Result<Privacy> privacy_for(const Call& call, const std::string& unlocking_key);

// Who asks, as kept with a task: the client, or for whom it asks as a proxy. Errors: invalid_argument for a
// malformed header of a proxy, forbidden when its key does not fit.
Result<Hints> hints_of(const Call& call);

// Whether the client says that it asks for somebody else, rightly or not.
bool is_proxied(const Call& call);

// Whether a client of this host asks, from whichever of its addresses, and for itself.
bool is_own_client(const Call& call);

// For what only this host's own clients may do: the request came over loopback, and not for somebody else.
// `code` is that of the refusal.
Result<void> check_from_this_host(const Call& call, Errc code);

// "api ADDRESS", for the history of runs, and by way of whom.
std::string actor_of(const Call& call);

}  // namespace pscheduler::api
