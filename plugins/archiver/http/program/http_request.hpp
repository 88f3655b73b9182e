#pragma once
// What is sent to a server for one record, and what is said of it.

#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

struct HttpRequest {
  bool put = false;
  std::string url;
  std::vector<std::string> urls_before;  // that led to it by redirections
  std::vector<std::string> headers;      // "Name: value"
  std::string body;
  std::string bind;     // a local address or interface; empty: any
  bool verify = false;  // the certificate of the server and its name
  Duration timeout{};   // for all of it

  // "POST to collector.example:8080": the rest of the URL may be a secret.
  [[nodiscard]] std::string subject() const;

  // The text without what is secret in the request, should the server have repeated it.
  [[nodiscard]] std::string without_secrets(std::string text) const;
};

// Of data that check_http_data() accepts. Errors: a template that this record does not fill.
Result<HttpRequest> request_for(const Json& record);

// Whether the answer's redirection may be followed: to the same host, and not from https to http. Headers and
// body are meant for nobody else.
bool may_redirect(std::string_view from, std::string_view to);

}  // namespace pscheduler::plugins
