#include "cli/program/http_server_connection.hpp"

#include "cli/api_url.hpp"
#include "cli/program/bind_address.hpp"
#include "cli/program/run_to_end.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/addr/url.hpp"

namespace pscheduler::cli {
namespace {

constexpr int kTransportFailure = 400;  // what clients of pScheduler call it when there is no answer

Reply not_reached(std::string reason) {
  return {kTransportFailure, std::move(reason), false};
}

// The client names the server before its reason; who reports it here does so too, and goes on after it.
std::string reason_of(std::string message, const std::string& url) {
  while (message.ends_with('.')) message.pop_back();
  const auto server = host_of(url) + ": ";
  const auto at = message.find(server);
  return at == std::string::npos ? message : message.substr(at + server.size());
}

// A name may lead to either family; only literals say.
TargetFamily family_of(const std::string& url) {
  const auto parsed = Url::parse(url);
  const auto address = parsed ? IpAddress::parse(parsed->server.host) : fail(parsed.error());
  if (!address) return TargetFamily::any;
  return address->is_v6() ? TargetFamily::v6 : TargetFamily::v4;
}

}  // namespace

Reply HttpServerConnection::get(const std::string& url, const Parameters& parameters,
                                const CallOptions& options) {
  ports::HttpCall call;
  call.url = with_parameters(url, parameters);
  return this->call(std::move(call), options);
}

Reply HttpServerConnection::post(const std::string& url, const std::string& body,
                                 const CallOptions& options) {
  ports::HttpCall call;
  call.method = "POST";
  call.url = url;
  call.headers["Content-Type"] = "application/json";
  call.body = body;
  return this->call(std::move(call), options);
}

Reply HttpServerConnection::put(const std::string& url, const Parameters& parameters,
                                const CallOptions& options) {
  ports::HttpCall call;
  call.method = "PUT";
  call.url = with_parameters(url, parameters);
  return this->call(std::move(call), options);
}

Reply HttpServerConnection::del(const std::string& url, const Parameters& parameters,
                                const CallOptions& options) {
  ports::HttpCall call;
  call.method = "DELETE";
  call.url = with_parameters(url, parameters);
  return this->call(std::move(call), options);
}

Reply HttpServerConnection::call(ports::HttpCall call, const CallOptions& options) {
  if (options.bind) {
    auto source = bind_address(names_, *options.bind, family_of(call.url));
    if (!source) return not_reached(std::move(source.error().message));
    call.bind_address = std::move(*source);
  }
  call.headers["Accept"] = "*/*";
  call.headers["User-Agent"] = "pscheduler/" PSCHEDULER_VERSION;
  call.time_limit = options.time_limit;
  call.on_body = options.on_body;

  const std::string url = call.url;
  auto answer = run_to_end(loop_, client_.call(std::move(call)), options.while_waiting);
  if (!answer) {
    return not_reached(reason_of(answer.error().message, url) +
                       "; check the name, and that pScheduler runs there");
  }
  return {answer->status, std::move(answer->body), true};
}

}  // namespace pscheduler::cli
