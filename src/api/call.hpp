#pragma once
// One request on its way through the API: what the handlers get, and how they answer.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/addr/request_target.hpp"
#include "pscheduler/api/api.hpp"
#include "pscheduler/api/http.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::api {

struct Call {
  const Services& services;
  const Settings& settings;
  Instant started;  // of the daemon
  const HttpRequest& request;
  const RequestTarget& target;
  std::vector<std::string> names;  // what stands at the placeholders of the route's path

  // https://HOST/pscheduler, HOST as the client addressed this node.
  [[nodiscard]] std::string root_url() const;

  // Query arguments by the rules of spec api.md 3; errors are invalid_argument and name the argument.
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> argument(std::string_view name) const;
  [[nodiscard]] Result<std::optional<std::int64_t>> integer(std::string_view name) const;
  [[nodiscard]] Result<std::optional<std::int64_t>> cardinal(std::string_view name) const;
  [[nodiscard]] Result<std::optional<Instant>> date_time(std::string_view name) const;
  [[nodiscard]] Result<std::optional<Json>> json(std::string_view name) const;
  [[nodiscard]] Result<Json> required_json(std::string_view name) const;

  // The argument lead-bind where it is an address of this host, else empty: that of a lead elsewhere is of no
  // use here (spec bwctl.md 2).
  [[nodiscard]] std::string lead_bind() const;

  // The body as a JSON object whose `schema`, if any, is at most schema_max.
  [[nodiscard]] Result<Json> body_object(int schema_max) const;

  // The placeholder as an id; text that is none is not_found.
  [[nodiscard]] Result<TaskId> task_id() const;
  [[nodiscard]] Result<RunId> run_id() const;
};

using Reply = Result<HttpResponse>;
using Handler = ports::AsyncResult<HttpResponse> (*)(Call call);

// JSON success, indented when the call asks for it.
HttpResponse json_response(const Call& call, const Json& value);
// A bare "OK".
HttpResponse ok_response();
// Text under a content type, with a line end added when there is none.
HttpResponse text_response(std::string text, std::string content_type);
HttpResponse error_response(const Error& error);
HttpResponse redirect_response(int status, std::string location);

}  // namespace pscheduler::api
