#include "call.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kHtml = "text/html; charset=utf-8";

tl::unexpected<Error> bad_argument(std::string_view name, std::string_view text, const std::string& wanted) {
  return fail(Errc::invalid_argument,
              std::string(name) + " is '" + excerpt(text) + "'; it must be " + wanted + ".");
}

}  // namespace

std::string Call::root_url() const {
  return (request.secure ? "https://" : "http://") +
         (request.host.empty() ? settings.host_name : request.host) + "/pscheduler";
}

std::optional<std::string_view> Call::argument(std::string_view name) const {
  return target.parameter(name);
}

bool Call::flag(std::string_view name) const {
  const auto text = argument(name);
  if (!text) return false;
  const std::string lower = to_lower(*text);
  return lower.empty() || lower == "true" || lower == "yes" || lower == "1";
}

Result<std::optional<std::int64_t>> Call::integer(std::string_view name) const {
  auto text = argument(name);
  if (!text) return std::optional<std::int64_t>{};
  std::string_view digits = *text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return bad_argument(name, *text, "an integer");
  }
  return std::optional(value);
}

Result<std::optional<std::int64_t>> Call::cardinal(std::string_view name) const {
  auto value = integer(name);
  if (value && *value && **value < 1) return bad_argument(name, *argument(name), "an integer of at least 1");
  return value;
}

Result<std::optional<Instant>> Call::date_time(std::string_view name) const {
  const auto text = argument(name);
  if (!text) return std::optional<Instant>{};
  auto at = parse_timestamp(*text, settings.zone, TimestampForm::query);
  if (!at) return fail(Errc::invalid_argument, std::string(name) + ": " + at.error().message);
  return std::optional<Instant>(*at);
}

Result<std::optional<Json>> Call::json(std::string_view name) const {
  const auto text = argument(name);
  if (!text) return std::optional<Json>{};
  auto value = json::read(*text);
  if (!value)
    return fail(value.error().code, std::string(name) + " is not valid JSON: " + value.error().message);
  return std::optional<Json>(std::move(*value));
}

Result<Json> Call::required_json(std::string_view name) const {
  auto value = json(name);
  if (!value) return fail(std::move(value.error()));
  if (!*value)
    return fail(Errc::invalid_argument, "The argument '" + std::string(name) + "' is missing; it is JSON.");
  return std::move(**value);
}

Result<Json> Call::body_object(int schema_max) const {
  if (request.body.empty()) {
    return fail(Errc::invalid_argument,
                "The request has no body that can be read; send a JSON object with Content-Type "
                "application/json (forms "
                "are not read).");
  }
  auto value = json::read(request.body);
  if (!value) return fail(value.error().code, "The body is not valid JSON: " + value.error().message);
  if (!value->is_object()) {
    return fail(Errc::invalid_argument,
                "The body must be a JSON object, not " + json::describe(*value) + ".");
  }
  const auto schema = value->find("schema");
  if (schema != value->end()) {
    if (!schema->is_number_integer()) {
      return fail(Errc::invalid_argument,
                  "At /schema: must be an integer, not " + json::describe(*schema) + ".");
    }
    if (*schema > schema_max) {
      return fail(Errc::invalid_argument, "At /schema: version " + schema->dump() +
                                              " is not supported; the highest supported one is " +
                                              std::to_string(schema_max) + ".");
    }
  }
  return value;
}

Result<TaskId> Call::task_id() const {
  const auto id = TaskId::parse(names.at(0));
  if (!id) return fail(Errc::not_found, "There is no task '" + excerpt(names.at(0)) + "'.");
  return *id;
}

Result<RunId> Call::run_id() const {
  const auto id = RunId::parse(names.at(1));
  if (!id) return fail(Errc::not_found, "There is no run '" + excerpt(names.at(1)) + "'.");
  return *id;
}

std::string Call::lead_bind() const {
  const auto given = argument("lead-bind");
  return given && services.host_facts.is_local_address(std::string(*given)) ? std::string(*given) : "";
}

HttpResponse json_response(const Call& call, const Json& value) {
  HttpResponse response;
  response.content_type = "application/json";
  response.body = (call.flag("pretty") ? json::to_pretty(value) : json::to_compact(value)) + "\n";
  return response;
}

HttpResponse text_response(std::string text, std::string content_type) {
  HttpResponse response;
  response.content_type = std::move(content_type);
  response.body = std::move(text);
  if (!response.body.ends_with('\n')) response.body += '\n';
  return response;
}

HttpResponse ok_response() {
  return text_response("OK", std::string(kHtml));
}

HttpResponse error_response(const Error& error) {
  std::string text = error.message;
  if (!error.detail.empty()) text += "\n" + error.detail;
  HttpResponse response = text_response(std::move(text), std::string(kPlain));
  response.status = traits(error.code).http_status;
  return response;
}

HttpResponse redirect_response(int status, std::string location) {
  HttpResponse response = text_response(location, std::string(kHtml));
  response.status = status;
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

}  // namespace pscheduler::api
