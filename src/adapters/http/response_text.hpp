#pragma once
// The head of an HTTP response as bytes.

#include <chrono>
#include <string>
#include <string_view>

#include "pscheduler/api/http.hpp"

namespace pscheduler::adapters {

// "Sun, 06 Nov 1994 08:49:37 GMT", made once a second.
class HttpDate {
 public:
  std::string_view text(std::chrono::system_clock::time_point now);

 private:
  std::chrono::sys_seconds second_{};
  std::string text_;
};

// Whether a response with this status has a body at all (RFC 9110, 6.4.1).
bool may_have_body(int status);

// Status line and fields up to and with the empty line. Control characters in fields become blanks.
std::string response_head(const api::HttpResponse& response, bool keep_alive, std::string_view date);

}  // namespace pscheduler::adapters
