// pscheduler-http: the `archive` of http.

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>

#include "archiver/http/http.hpp"
#include "http_request.hpp"
#include "http_sender.hpp"
#include "pscheduler/base/text.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_program.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

constexpr int kRedirectsMax = 3;
constexpr std::size_t kBodyShownMax = 300;

bool keeps_method(long status) {
  return status == 301 || status == 302 || status == 307 || status == 308;
}

// What came of it, redirections followed. The request then is the one sent last.
HttpAnswer deliver(HttpSender& sender, HttpRequest& request, const std::string& authorities,
                   const DestinationGuard& guard) {
  const auto until = std::chrono::steady_clock::now() + request.timeout;
  HttpAnswer answer;
  for (int redirects = 0;; ++redirects) {
    answer = sender.send(request, authorities, guard);
    if (!keeps_method(answer.status) || answer.location.empty()) return answer;
    const auto left = std::chrono::duration_cast<Duration>(until - std::chrono::steady_clock::now());
    if (redirects == kRedirectsMax || left <= Duration::zero() || !may_redirect(request.url, answer.location))
      return answer;
    request.urls_before.push_back(std::exchange(request.url, answer.location));
    request.timeout = left;
  }
}

std::string trouble(const HttpRequest& request, const HttpAnswer& answer) {
  if (answer.status == 0)
    return fmt::format("{}: {}", request.subject(), request.without_secrets(answer.error));
  auto text = fmt::format("{} was answered with status {}", request.subject(), answer.status);
  if (!answer.location.empty())
    return text +
           ", a redirection that is not followed: it leads to another host, away from TLS, or too far.";
  const auto body = trim(answer.body);
  if (body.empty()) return text + ".";
  return text + ": " + excerpt(request.without_secrets(std::string(body)), kBodyShownMax);
}

sdk::ArchiveReply archive(const Json& record) {
  // Each has its connections: one that a task of this host has opened is not for others.
  static std::array<HttpSender, 2> senders;
  if (const auto usable = check_http_data(data_of(record)); !usable) return given_up(usable.error().message);
  auto request = request_for(record);
  if (!request) return given_up(request.error().message);
  const auto config = PluginConfig::of_archiver("http");
  if (!config) return failed(record, config.error().message);
  const auto guard = DestinationGuard::load("http", record, {"ca-file"});
  if (!guard) return failed(record, guard.error().message);
  auto& sender = senders[is_from_outside(record) ? 1 : 0];
  const auto answer = deliver(sender, *request, config->text("ca-file", ""), *guard);
  if (answer.status >= 200 && answer.status < 300) return taken();
  auto error = trouble(*request, answer);
  return answer.refused ? given_up(std::move(error)) : failed(record, std::move(error));
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  return pscheduler::plugins::run_archiver(pscheduler::plugins::archiver_http, &pscheduler::plugins::archive,
                                           argc, argv);
}
