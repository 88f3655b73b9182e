#pragma once
// What the API sees of HTTP: one request in, one response out, no socket, no TLS, no Beast.
//
// The server of adapters/http makes the request and sends the response; tests call a handler directly.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/ports/async.hpp"

namespace pscheduler::api {

// Header fields in the order of the message; names compare without regard to case.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;        // as sent, e.g. "GET"; HEAD arrives as HEAD
  std::string target;        // path and query exactly as sent: "/pscheduler//tools?test=%7B%7D"
  std::string body;          // empty for form and multipart content types (spec api.md, 3)
  std::string content_type;  // as sent, parameters included; empty when absent
  std::string host;          // the Host header as sent, "node.example:8443"; absolute URLs are built from it
  bool secure = true;        // came through TLS: absolute URLs begin with https
  std::string peer_address;  // address literals without scope; IPv4 also when mapped into IPv6
  std::string local_address;
  HttpHeaders headers;  // every field of the request, the named ones above included

  // The first value of a header field, in any letter case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

// A body that is made piece by piece while it is being sent: for answers that may be large.
class BodyPieces {
 public:
  virtual ~BodyPieces() = default;

  // The next piece, small enough (some ten KiB, about a millisecond of work) to hold up nobody; empty at the
  // end. After an error the connection is broken off, so that the client does not take a part for the whole.
  // Outlives the request. Runs on the server's executor, and is cancelled as HttpHandler::handle() is.
  virtual ports::AsyncResult<std::string> next() = 0;
};

// The server adds Content-Length (or Transfer-Encoding), Date, Server and Connection; it drops the body of an
// answer to HEAD and keeps its length.
struct HttpResponse {
  int status = 200;
  std::string content_type;  // left out when empty
  std::string body;
  HttpHeaders headers;                 // further ones: Location, Allow …
  std::shared_ptr<BodyPieces> pieces;  // instead of `body`, unless null
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Runs on the server's executor, one call per request, many at once. Cancelled (as every port operation is,
  // see ports/async.hpp) when the client goes away or the server has no more time to stop. Any exception
  // other than that cancellation is answered with 500 by the server.
  virtual ports::Async<HttpResponse> handle(HttpRequest request) = 0;
};

// --- inline ---

inline std::optional<std::string_view> HttpRequest::header(std::string_view name) const {
  constexpr auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const auto same = [lower](char a, char b) { return lower(a) == lower(b); };
  for (const auto& [key, value] : headers) {
    if (std::equal(key.begin(), key.end(), name.begin(), name.end(), same)) return value;
  }
  return std::nullopt;
}

}  // namespace pscheduler::api
