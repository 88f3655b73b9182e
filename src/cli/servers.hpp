#pragma once
// Which servers a command talks to, and how their replies are read (spec cli.md, 2.1-2.3).

#include <string>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

// PSCHEDULER_LOCALHOST, else this host's name or address; fails when there is no interface at all.
Result<std::string> local_host(const Context& context);

// The JSON of a successful reply without its comments ("#" members). Fails when the body is no JSON.
Result<Json> json_of(const Reply& reply);

// Whether a host runs pScheduler: its root answers 200 with a JSON string. Else the sentence that says what
// it does instead, beginning with the host.
Result<void> check_alive(Context& context, const std::string& host, const CallOptions& options);

// The same, by what its root has answered.
Result<void> judge_alive(const Context& context, const std::string& host, const Reply& reply);

// What a reply that is not 200 means, for a person: the host's own words for a 400, that it does not run
// pScheduler for what such servers answer, status and body for the rest. When this host's server was looked
// for in vain and PSCHEDULER_LOCALHOST is not set, it names that remedy.
std::string server_trouble(const Context& context, const std::string& host, const Reply& reply);

// As server_trouble(), for calls to a server known to be pScheduler: its words, or status and words.
std::string refusal(const Reply& reply);

// What a reply to GET of this URL brings, as fetch_json() does.
Result<Json> read_json(const Context& context, const std::string& url, const Reply& reply);

// GET and json_of() in one. Fails with not_found for a 404, unreachable when there was no answer, else with
// the server's words.
Result<Json> fetch_json(Context& context, const std::string& url, const Parameters& parameters,
                        const CallOptions& options);

}  // namespace pscheduler::cli
