#include "adapters/http/exchange.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool is_token(std::string_view text) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-.^_`|~";
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
}

Result<Url> usable_url(std::string_view text) {
  auto url = Url::parse(text);
  if (url && url->scheme != "https" && url->scheme != "http") {
    return fail(Errc::invalid_argument,
                "'" + excerpt(text) + "' is not a URL that begins with https or http");
  }
  return url;
}

}  // namespace

std::uint16_t Exchange::port() const {
  return url.server.port.value_or(secure() ? kHttpsPort : kHttpPort);
}

std::string Exchange::connection_name() const {
  return fmt::format("{} {} {} {} {}", url.scheme, url.server.host, port(), source ? source->to_string() : "",
                     verify_certificate ? "verified" : "");
}

Result<Exchange> make_exchange(ports::HttpCall call, Duration time_limit_default) {
  auto url = usable_url(call.url);
  if (!url) return fail(std::move(url.error()));
  Exchange exchange;
  exchange.url = std::move(*url);
  if (!is_token(call.method)) {
    return fail(Errc::invalid_argument, "'" + excerpt(call.method) + "' is not an HTTP method");
  }
  for (auto& [name, value] : call.headers) {
    if (!is_token(name) || !is_field_value(value)) {
      return fail(Errc::invalid_argument, "The header field '" + excerpt(name) + "' is not well-formed");
    }
    exchange.headers.emplace(to_lower(name), std::move(value));
  }
  if (call.bind_address) {
    boost::system::error_code error;
    exchange.source = boost::asio::ip::make_address(*call.bind_address, error);
    if (error) {
      return fail(Errc::invalid_argument,
                  "The source address '" + excerpt(*call.bind_address) + "' is not an IP address");
    }
  }
  exchange.method = std::move(call.method);
  exchange.body = std::move(call.body);
  exchange.verify_certificate = call.verify_certificate;
  exchange.body_bytes_max = call.body_bytes_max;
  exchange.on_body = std::move(call.on_body);
  exchange.deadline = std::chrono::steady_clock::now() + call.time_limit.value_or(time_limit_default);
  return exchange;
}

std::string request_text(const Exchange& exchange) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\n", exchange.method, exchange.url.target);
  const auto append = [&](std::string_view name, std::string_view value) {
    if (!exchange.headers.contains(std::string(name))) text.append(fmt::format("{}: {}\r\n", name, value));
  };
  append("host", exchange.url.server.to_string());
  append("user-agent", "pschedulerd");
  append("accept", "*/*");
  if (!exchange.body.empty() || exchange.method == "POST" || exchange.method == "PUT") {
    append("content-length", std::to_string(exchange.body.size()));
  }
  for (const auto& [name, value] : exchange.headers) text.append(fmt::format("{}: {}\r\n", name, value));
  text += "\r\n";
  text += exchange.body;
  return text;
}

bool is_redirect(const ports::HttpAnswer& answer) {
  const bool by_status = answer.status == 301 || answer.status == 302 || answer.status == 303 ||
                         answer.status == 307 || answer.status == 308;
  return by_status && answer.headers.contains("location");
}

Result<void> follow_redirect(Exchange& exchange, const ports::HttpAnswer& answer) {
  const auto& location = answer.headers.at("location");
  std::string next = location;
  if (location.starts_with("//")) {
    next = exchange.url.scheme + ":" + location;
  } else if (location.starts_with('/')) {
    next = exchange.url.scheme + "://" + exchange.url.server.to_string() + location;
  }
  auto url = usable_url(next);
  if (!url) {
    return fail(Errc::unreachable,
                "it redirects to '" + excerpt(location) + "', which cannot be used: " + url.error().message);
  }
  if (url->server != exchange.url.server) {
    exchange.headers.erase("host");
    exchange.headers.erase("authorization");
    exchange.headers.erase("cookie");
  }
  exchange.url = std::move(*url);
  const bool keeps_method = answer.status == 307 || answer.status == 308 || exchange.method == "HEAD" ||
                            (answer.status != 303 && exchange.method != "POST");
  if (!keeps_method) {
    exchange.method = "GET";
    exchange.body.clear();
    exchange.headers.erase("content-type");
  }
  return {};
}

}  // namespace pscheduler::adapters
