#include "batch/servers.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::batch {
namespace {

using ports::AsyncResult;
using ports::HttpAnswer;
using ports::HttpCall;

// As many as the HTTP client keeps open to one server: more would connect anew for each call.
constexpr std::size_t kCallsAtATime = 8;

// Each holds a connection, and in servers of pScheduler 5.2 a process. When more runs are awaited, those that
// end first are asked for.
constexpr std::size_t kPollsAtATime = 16;

constexpr Duration kCallLimit = std::chrono::seconds(60);
constexpr Duration kPollLimit = std::chrono::seconds(90);  // servers hold polls for up to a minute
constexpr Duration kPostLimit = std::chrono::minutes(3);   // the lead asks all participants meanwhile
constexpr Duration kRemoveLimit = std::chrono::seconds(10);

// How long a server that was there may be away: enough to be restarted.
constexpr Duration kPatience = std::chrono::seconds(30);
constexpr Duration kFirstPause = std::chrono::milliseconds(500);
constexpr Duration kLongestPause = std::chrono::seconds(8);

constexpr Instant kFirst{};  // calls are served as they come

bool is_away(const Result<HttpAnswer>& answer) {
  if (!answer) return answer.error().code == Errc::unreachable || answer.error().code == Errc::timed_out;
  return answer->status >= 502 && answer->status <= 504;
}

HttpCall call_to(const char* method, std::string url, Bind bind, Duration limit) {
  HttpCall call;
  call.method = method;
  call.url = std::move(url);
  call.bind_address = std::move(bind);
  call.time_limit = limit;
  call.headers["Accept"] = "*/*";
  return call;
}

}  // namespace

Servers::Host::Host(const ports::asio::any_io_executor& executor)
    : calls(executor, kCallsAtATime), polls(executor, kPollsAtATime) {}

Servers::Host& Servers::host_of(const std::string& url) {
  const auto parsed = Url::parse(url);
  auto& host = hosts_[parsed ? parsed->server.to_string() : std::string()];
  if (!host) host = std::make_unique<Host>(executor_);
  return *host;
}

AsyncResult<HttpAnswer> Servers::call_once(Host& host, HttpCall call, bool poll, Instant urgency) {
  auto entering = (poll ? host.polls : host.calls).enter(urgency);
  const auto place = co_await std::move(entering);
  auto calling = client_.call(std::move(call));
  auto answer = co_await std::move(calling);
  if (!is_away(answer)) host.given_up = false;
  co_return answer;
}

AsyncResult<HttpAnswer> Servers::persist(HttpCall call, bool poll, Instant urgency) {
  Host& host = host_of(call.url);
  Duration pause = kFirstPause;
  Duration spent{};
  for (;;) {
    auto asking = call_once(host, call, poll, urgency);
    auto answer = co_await std::move(asking);
    if (!is_away(answer) || host.given_up) co_return answer;
    if (spent >= kPatience) {
      host.given_up = true;
      co_return answer;
    }
    co_await clock_.sleep_for(pause);
    spent += pause;
    pause = std::min(pause * 2, kLongestPause);
  }
}

AsyncResult<HttpAnswer> Servers::get(std::string url, Bind bind) {
  return persist(call_to("GET", std::move(url), std::move(bind), kCallLimit), false, kFirst);
}

AsyncResult<HttpAnswer> Servers::poll(std::string url, Bind bind, Instant until) {
  return persist(call_to("GET", std::move(url), std::move(bind), kPollLimit), true, until);
}

AsyncResult<HttpAnswer> Servers::post(std::string url, Bind bind, std::string body) {
  auto call = call_to("POST", std::move(url), std::move(bind), kPostLimit);
  call.headers["Content-Type"] = "application/json";
  call.body = std::move(body);
  Host& host = host_of(call.url);
  return call_once(host, std::move(call), false, kFirst);
}

AsyncResult<HttpAnswer> Servers::remove(std::string url, Bind bind) {
  auto call = call_to("DELETE", std::move(url), std::move(bind), kRemoveLimit);
  Host& host = host_of(call.url);
  return call_once(host, std::move(call), false, kFirst);
}

Result<std::string> text_of(const Result<HttpAnswer>& answer) {
  if (!answer) return fail(answer.error());
  const auto words = std::string(trim(answer->body));
  if (answer->status >= 200 && answer->status < 300) return answer->body;
  const auto code = answer->status == 404 ? Errc::not_found : Errc::invalid_argument;
  return fail(code, std::to_string(answer->status) + ": " + excerpt(words, 1000));
}

Result<Json> json_of(const Result<HttpAnswer>& answer) {
  const auto text = text_of(answer);
  if (!text) return fail(text.error());
  json::ReadOptions options;
  options.bytes_max = text->size();
  auto document = json::read(*text, options);
  if (!document) return fail(Errc::invalid_argument, "the answer is no JSON: " + document.error().message);
  return document;
}

}  // namespace pscheduler::batch
