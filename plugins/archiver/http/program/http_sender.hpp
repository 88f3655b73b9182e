#pragma once
// Sends requests by libcurl and keeps connections open for the next ones.

#include <memory>
#include <string>

#include "http_request.hpp"
#include "shared/destination_guard.hpp"

namespace pscheduler::plugins {

struct HttpAnswer {
  long status = 0;       // 0 when there was none
  std::string body;      // the beginning of it
  std::string location;  // where a redirection leads, absolute
  std::string error;     // why there was no answer
  bool refused = false;  // by the guard, in words in `error`
};

class HttpSender {
 public:
  HttpSender();
  ~HttpSender();
  HttpSender(const HttpSender&) = delete;
  HttpSender& operator=(const HttpSender&) = delete;

  // Follows no redirection. `authorities` is a PEM file with certificates to trust instead of the system's;
  // may be empty. Connections are used again for any later request, so a sender is for records that may reach
  // the same destinations.
  HttpAnswer send(const HttpRequest& request, const std::string& authorities, const DestinationGuard& guard);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace pscheduler::plugins
