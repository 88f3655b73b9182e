#include "cli/servers.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/waiting.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::cli {
namespace {

// What web servers that are no pScheduler answer to its paths.
bool is_foreign(int status) {
  return status == 202 || (status >= 204 && status <= 208) || status == 226 ||
         (status >= 300 && status <= 308) || (status >= 400 && status < 500);
}

// Nobody said where this host's server is, and it was not where it was looked for.
std::string remedy_for_guess(const Context& context, const std::string& host) {
  const bool told = !context.environment.variable("PSCHEDULER_LOCALHOST").value_or("").empty();
  if (told || (host != "localhost" && host != context.environment.host_name())) return {};
  return "\nBy default pschedulerd listens elsewhere; if it runs here, set "
         "PSCHEDULER_LOCALHOST=127.0.0.1:8443";
}

}  // namespace

Result<std::string> local_host(const Context& context) {
  auto name = context.environment.variable("PSCHEDULER_LOCALHOST").value_or("");
  if (name.empty()) name = context.environment.host_name();
  if (name.empty()) {
    return fail(Errc::unreachable,
                "This host has neither a name that resolves nor a network address; set PSCHEDULER_LOCALHOST");
  }
  return name;
}

Result<Json> json_of(const Reply& reply) {
  auto document = json::read(reply.body);
  if (!document) return fail(Errc::invalid_argument, "the answer is no JSON: " + document.error().message);
  return document;
}

Result<void> check_alive(Context& context, const std::string& host, const CallOptions& options) {
  const auto url = api_url(host);
  if (!url) return fail(url.error());
  return judge_alive(context, host, get_patiently(context, *url, {}, options, "Waiting for " + host));
}

Result<void> judge_alive(const Context& context, const std::string& host, const Reply& reply) {
  if (reply.status != 200) return fail(Errc::unreachable, server_trouble(context, host, reply));
  const auto greeting = json_of(reply);
  if (!greeting || !greeting->is_string()) {
    return fail(Errc::unreachable, host + " does not run pScheduler: something else answers there");
  }
  return {};
}

std::string server_trouble(const Context& context, const std::string& host, const Reply& reply) {
  const auto body = std::string(trim(reply.body));
  if (reply.own_fault) return host + ": " + body;
  if (!reply.reached) {
    const auto remedy = remedy_for_guess(context, host);
    return host + ": " + body +
           (remedy.empty() ? "; check the name, and that pScheduler runs there" : remedy);
  }
  if (reply.status == 400) return host + ": " + body;
  if (is_foreign(reply.status)) {
    return host + " does not run pScheduler: it answered with status " + std::to_string(reply.status) +
           remedy_for_guess(context, host);
  }
  std::string line = body;
  std::replace(line.begin(), line.end(), '\n', ' ');
  return host + " returned status " + std::to_string(reply.status) + ": " + excerpt(line, 1000);
}

std::string refusal(const Reply& reply) {
  const auto body = std::string(trim(reply.body));
  return body.empty() ? "the server answered with status " + std::to_string(reply.status) : body;
}

Result<Json> fetch_json(Context& context, const std::string& url, const Parameters& parameters,
                        const CallOptions& options) {
  return read_json(context, url, context.server.get(url, parameters, options));
}

Result<Json> read_json(const Context& context, const std::string& url, const Reply& reply) {
  if (!reply.reached) return fail(Errc::unreachable, server_trouble(context, host_of(url), reply));
  if (reply.status == 404) return fail(Errc::not_found, "There is no " + url);
  if (!reply.ok()) return fail(Errc::unreachable, "Cannot get " + url + ": " + refusal(reply));
  auto document = json_of(reply);
  if (!document) return fail(Errc::invalid_argument, url + ": " + document.error().message);
  return document;
}

}  // namespace pscheduler::cli
