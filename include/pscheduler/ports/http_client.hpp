#pragma once
// Calls to other HTTP servers.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::ports {

struct HttpCall {
  std::string method = "GET";
  std::string url;  // absolute, http or https
  std::map<std::string, std::string> headers;
  std::string body;
  std::optional<std::string> bind_address;  // source address literal
  std::optional<Duration> time_limit;       // for the whole call, redirects included
  std::size_t body_bytes_max = 64u << 20;
  int redirects_max = 5;

  // Most servers here have self-signed certificates, so they are believed unless this is set: then the
  // certificate must be one that the system trusts, for the host of the URL.
  bool verify_certificate = false;

  // When set, the body of a 2xx answer is handed over in pieces as it comes, whatever its length, and
  // HttpAnswer::body stays empty; false ends the call, which then fails with cancelled.
  std::function<bool(std::string_view)> on_body = {};
};

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Any HTTP status is an answer. Fails with unreachable (resolve, connect, TLS), timed_out, too_large or
  // invalid_argument (the URL).
  virtual AsyncResult<HttpAnswer> call(HttpCall call) = 0;
};

}  // namespace pscheduler::ports
