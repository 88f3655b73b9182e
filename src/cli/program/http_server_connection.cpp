#include "cli/program/http_server_connection.hpp"

#include "cli/api_url.hpp"
#include "cli/program/bind_address.hpp"
#include "cli/program/run_to_end.hpp"
#include "pscheduler/ports/at_once.hpp"

namespace pscheduler::cli {
namespace {

constexpr int kTransportFailure = 400;  // what clients of pScheduler call it when there is no answer

Reply not_reached(std::string reason) {
  return {kTransportFailure, std::move(reason), false};
}

Reply not_made(std::string reason) {
  auto reply = not_reached(std::move(reason));
  reply.own_fault = true;
  return reply;
}

// Told of a reply once it is here.
ports::Async<void> told_after(ports::Async<void> call, std::size_t number,
                              const std::function<void(std::size_t)>& on_reply) {
  co_await std::move(call);
  if (on_reply) on_reply(number);
}

ports::AsyncResult<void> ended(ports::Async<void> calls) {
  co_await std::move(calls);
  co_return Result<void>{};
}

// The client names the server before its reason; who reports it here does so too, and goes on after it.
std::string reason_of(std::string message, const std::string& url) {
  while (message.ends_with('.')) message.pop_back();
  const auto server = host_of(url) + ": ";
  const auto at = message.find(server);
  return at == std::string::npos ? message : message.substr(at + server.size());
}

Reply reply_of(Result<ports::HttpAnswer> answer, const std::string& url) {
  if (answer) return {answer->status, std::move(answer->body), true};
  return not_reached(reason_of(answer.error().message, url));
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

// Gives a call what all calls have. Fails when the address to make it from cannot be used.
Result<void> HttpServerConnection::furnish(ports::HttpCall& call, const CallOptions& options) {
  if (options.bind) {
    auto source = bind_address(names_, *options.bind, target_family(call.url));
    if (!source) return fail(std::move(source.error()));
    call.bind_address = std::move(*source);
  }
  call.headers["Accept"] = "*/*";
  call.headers["User-Agent"] = "pscheduler/" PSCHEDULER_VERSION;
  call.time_limit = options.time_limit;
  return {};
}

Reply HttpServerConnection::call(ports::HttpCall call, const CallOptions& options) {
  const auto furnished = furnish(call, options);
  if (!furnished) return not_made(furnished.error().message);
  call.on_body = options.on_body;
  const std::string url = call.url;
  return reply_of(run_to_end(loop_, client_.call(std::move(call)), options.while_waiting), url);
}

ports::Async<void> HttpServerConnection::ask(ports::HttpCall call, TimedReply& answer) {
  const std::string url = call.url;
  const auto begun = std::chrono::steady_clock::now();
  auto reply = co_await client_.call(std::move(call));
  answer.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
  answer.reply = reply_of(std::move(reply), url);
}

std::vector<TimedReply> HttpServerConnection::get_all(const std::vector<std::string>& urls,
                                                      const CallOptions& options,
                                                      const std::function<void(std::size_t)>& on_reply) {
  std::vector<TimedReply> replies(urls.size());
  std::vector<ports::HttpCall> calls(urls.size());
  std::vector<std::size_t> asked;
  for (std::size_t i = 0; i < urls.size(); ++i) {
    calls[i].url = urls[i];
    const auto furnished = furnish(calls[i], options);
    if (furnished)
      asked.push_back(i);
    else
      replies[i].reply = not_made(furnished.error().message);
  }
  const auto ask_one = [&](std::size_t i) {
    return told_after(ask(std::move(calls[asked[i]]), replies[asked[i]]), asked[i], on_reply);
  };
  auto all = ended(ports::at_once(loop_.get_executor(), asked.size(), ask_one));
  const auto done = run_to_end(loop_, std::move(all), options.while_waiting);
  for (auto& answer : replies) {
    if (answer.reply.status == 0) answer.reply = not_reached(done ? "no answer" : done.error().message);
  }
  return replies;
}

}  // namespace pscheduler::cli
