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

// How the receiver finds the end of a body.
enum class BodyEnd {
  length,  // by Content-Length
  chunks,  // of the chunked transfer coding (RFC 9112, 7.1)
  close,   // by the end of the connection
};

// Status line and fields up to and with the empty line. Control characters in fields become blanks.
std::string response_head(const api::HttpResponse& response, BodyEnd body_end, bool keep_alive,
                          std::string_view date);

// A piece as a chunk; an empty one is the end of the body.
std::string chunk(std::string_view piece);

}  // namespace pscheduler::adapters
