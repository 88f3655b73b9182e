#include "http_request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "archiver/http/http.hpp"
#include "archiver/http/http_template.hpp"
#include "pscheduler/addr/percent.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/archive_record.hpp"
#include "shared/secrets.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kTimeout = std::chrono::seconds(30);

// Shorter words are in any text.
constexpr std::size_t kSecretBytesMin = 4;

struct UrlParts {
  std::string_view scheme;  // as written
  std::string_view user;    // user:password
  std::string_view server;  // host[:port]
  std::string_view rest;
};

UrlParts take_apart(std::string_view url) {
  UrlParts parts;
  const auto scheme_end = std::min(url.find("://"), url.size());
  parts.scheme = url.substr(0, scheme_end);
  url.remove_prefix(std::min(scheme_end + 3, url.size()));
  const auto server_end = std::min(url.find_first_of("/?#"), url.size());
  parts.rest = url.substr(server_end);
  parts.server = url.substr(0, server_end);
  if (const auto at = parts.server.rfind('@'); at != std::string_view::npos) {
    parts.user = parts.server.substr(0, at);
    parts.server.remove_prefix(at + 1);
  }
  return parts;
}

// As it is and as it is meant.
void add_secret(std::string_view text, std::vector<std::string>& secrets) {
  secrets.emplace_back(text);
  auto decoded = percent_decode(text, Plus::blank);
  if (decoded && *decoded != text) secrets.push_back(std::move(*decoded));
}

// Servers like to repeat what they were asked for, as a whole or in parts.
void add_secrets_of(std::string_view url, std::vector<std::string>& secrets) {
  const auto parts = take_apart(url);
  add_secret(parts.user, secrets);
  for (const auto piece : split(parts.user, ':')) add_secret(piece, secrets);
  add_secret(parts.rest, secrets);
  const auto question = std::min(parts.rest.find('?'), parts.rest.size());
  const auto path = parts.rest.substr(0, question);
  add_secret(path, secrets);
  for (const auto piece : split(path, '/')) add_secret(piece, secrets);
  const auto query = parts.rest.substr(std::min(question + 1, parts.rest.size()));
  add_secret(query, secrets);
  for (const auto piece : split(query, '&')) {
    add_secret(piece, secrets);
    add_secret(piece.substr(std::min(piece.find('=') + 1, piece.size())), secrets);
  }
}

Result<std::string> filled(const Json& record, std::string_view text, HttpTemplate::For purpose) {
  const auto parsed = HttpTemplate::parse(text);
  if (!parsed) return fail(parsed.error());
  return parsed->fill(record, purpose);
}

Result<void> add_headers(const Json& record, bool has_templates, HttpRequest& request) {
  bool has_type = false;
  if (const Json* const headers = json::find_object(data_of(record), "_headers")) {
    for (const auto& [name, given] : headers->items()) {
      Result<std::string> value = given.get<std::string>();
      if (has_templates) value = filled(record, *value, HttpTemplate::For::header);
      if (!value) return fail(std::move(value.error()));
      has_type |= to_lower(name) == "content-type";
      if (!value->empty()) request.headers.push_back(fmt::format("{}: {}", name, *value));
    }
  }
  if (!has_type) request.headers.emplace_back("Content-Type: application/json");
  request.headers.emplace_back("Expect:");  // asks for no "100 Continue", which many servers never send
  return {};
}

}  // namespace

Result<HttpRequest> request_for(const Json& record) {
  const Json& data = data_of(record);
  const bool has_templates = json::find_integer(data, "schema").value_or(1) >= kHttpTemplates;
  HttpRequest request;
  request.put = json::find_string(data, "op").value_or("post") == "put";
  request.url = json::find_string(data, "_url").value_or("");
  if (has_templates) {
    auto url = filled(record, request.url, HttpTemplate::For::url);
    if (!url) return fail(std::move(url.error()));
    request.url = std::move(*url);
  }
  PSCHEDULER_TRY(add_headers(record, has_templates, request));
  request.body = payload_of(record);
  request.bind = json::find_string(data, "bind").value_or("");
  request.verify = json::find_bool(data, "verify-ssl").value_or(has_templates);
  const auto timeout = timeout_of(data, kTimeout);
  if (!timeout) return fail(timeout.error());
  request.timeout = *timeout;
  return request;
}

std::string HttpRequest::subject() const {
  return fmt::format("{} to {}", put ? "PUT" : "POST", excerpt(take_apart(url).server));
}

std::string HttpRequest::without_secrets(std::string text) const {
  std::vector<std::string> secrets;
  add_secrets_of(url, secrets);
  for (const auto& before : urls_before) add_secrets_of(before, secrets);
  for (const std::string_view header : headers) {
    const auto value = trim(header.substr(header.find(':') + 1));
    if (value == "application/json") continue;
    secrets.emplace_back(value);
    for (const auto piece : split(value, ' ')) secrets.emplace_back(piece);
  }
  std::erase_if(secrets, [](const auto& secret) { return secret.size() < kSecretBytesMin; });
  return hide(std::move(text), std::move(secrets));
}

bool may_redirect(std::string_view from, std::string_view to) {
  const auto here = take_apart(from);
  const auto there = Url::parse(to);
  const auto server = Url::parse(fmt::format("{}://{}/", here.scheme, here.server));
  if (!there || !server) return false;
  const bool downgrades = server->scheme == "https" && there->scheme != "https";
  const bool is_http = there->scheme == "https" || there->scheme == "http";
  return is_http && !downgrades && to_lower(there->server.host) == to_lower(server->server.host);
}

}  // namespace pscheduler::plugins
