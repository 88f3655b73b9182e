#pragma once
// Calls to other HTTP servers.

#include <map>
#include <optional>
#include <string>

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
  // invalid_argument (the URL). Certificates are not verified: self-signed ones are the norm (api.md, 1).
  virtual AsyncResult<HttpAnswer> call(HttpCall call) = 0;
};

}  // namespace pscheduler::ports
