#pragma once
// One request of a client call, as bytes, and the next one when the answer redirects.

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/addr/url.hpp"
#include "pscheduler/ports/http_client.hpp"

namespace pscheduler::adapters {

struct Exchange {
  Url url;
  std::string method;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::optional<boost::asio::ip::address> source;
  std::chrono::steady_clock::time_point deadline;
  std::size_t body_bytes_max = 0;
  bool verify_certificate = false;
  std::function<bool(std::string_view)> on_body;  // as in the call

  [[nodiscard]] bool secure() const { return url.scheme == "https"; }
  [[nodiscard]] std::uint16_t port() const;

  // Connections of the same name may be used for each other.
  [[nodiscard]] std::string connection_name() const;

  // May be repeated when a kept connection turns out to be gone (RFC 9110, 9.2.2).
  [[nodiscard]] bool repeatable() const { return method != "POST" && method != "PATCH"; }
};

// invalid_argument names the part of the call that cannot be used.
Result<Exchange> make_exchange(ports::HttpCall call, Duration time_limit_default);

// Header and body.
std::string request_text(const Exchange& exchange);

// Whether the answer sends the client elsewhere.
bool is_redirect(const ports::HttpAnswer& answer);

// Turns the exchange into the one that the answer asks for, with GET where browsers and curl use it.
// unreachable when its Location cannot be used.
Result<void> follow_redirect(Exchange& exchange, const ports::HttpAnswer& answer);

}  // namespace pscheduler::adapters
