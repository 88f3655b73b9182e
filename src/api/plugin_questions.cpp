// Questions that plug-ins answer themselves (spec api.md 9.1, 9.2).

#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::api {
namespace {

using services::PluginClass;

Result<void> require(const Call& call, PluginClass plugin_class, const std::string& kind) {
  const auto* plugin = call.services.plugins.find(plugin_class, call.names.at(0));
  if (plugin != nullptr && plugin->problem.empty()) return {};
  return fail(Errc::not_found, "There is no " + kind + " '" + excerpt(call.names.at(0)) + "' on this node.");
}

Json validity_object(const services::Validity& validity) {
  Json object = {{"valid", validity.valid}};
  if (!validity.valid) object["error"] = validity.error;
  return object;
}

AsyncResult<HttpResponse> data_is_valid(Call call, PluginClass plugin_class, std::string kind) {
  auto known = require(call, plugin_class, kind);
  if (!known) co_return fail(std::move(known.error()));
  auto data = call.required_json("data");
  if (!data) co_return fail(std::move(data.error()));
  auto validity =
      co_await call.services.plugins.data_is_valid(plugin_class, call.names.at(0), std::move(*data));
  if (!validity) co_return fail(std::move(validity.error()));
  co_return json_response(call, validity_object(*validity));
}

}  // namespace

AsyncResult<HttpResponse> get_test_spec(Call call) {
  auto known = require(call, PluginClass::test, "test");
  if (!known) co_return fail(std::move(known.error()));
  auto arguments = call.json("args");
  if (!arguments) co_return fail(std::move(arguments.error()));
  Json words = arguments->value_or(Json());
  auto spec = co_await call.services.plugins.cli_to_spec(call.names.at(0), std::move(words));
  if (!spec) co_return fail(std::move(spec.error()));
  co_return json_response(call, *spec);
}

AsyncResult<HttpResponse> get_test_spec_is_valid(Call call) {
  auto known = require(call, PluginClass::test, "test");
  if (!known) co_return fail(std::move(known.error()));
  if (!call.argument("spec"))
    co_return fail(Errc::invalid_argument, "The argument 'spec' is missing; it is JSON.");
  auto spec = call.json("spec");
  // Text that is no JSON is an answer to the question, not a mistake in asking.
  if (!spec) co_return json_response(call, validity_object({false, spec.error().message}));
  auto validity = co_await call.services.plugins.spec_is_valid(call.names.at(0), std::move(**spec));
  if (!validity) co_return fail(std::move(validity.error()));
  co_return json_response(call, validity_object(*validity));
}

AsyncResult<HttpResponse> get_test_participants(Call call) {
  auto known = require(call, PluginClass::test, "test");
  if (!known) co_return fail(std::move(known.error()));
  auto spec = call.required_json("spec");
  if (!spec) co_return fail(std::move(spec.error()));
  auto validity = co_await call.services.plugins.spec_is_valid(call.names.at(0), *spec);
  if (!validity) co_return fail(std::move(validity.error()));
  if (!validity->valid)
    co_return fail(Errc::invalid_argument, "Invalid test specification: " + validity->error);
  auto asking = call.services.plugins.participants(call.names.at(0), std::move(*spec), call.lead_bind());
  auto list = co_await std::move(asking);
  if (!list) co_return fail(std::move(list.error()));
  Json object = {{"participants", Json::array()}};
  for (const auto& host : list->participants) object["participants"].push_back(host ? Json(*host) : Json());
  if (!list->null_reason.empty()) object["null-reason"] = list->null_reason;
  co_return json_response(call, object);
}

AsyncResult<HttpResponse> get_archiver_data_is_valid(Call call) {
  return data_is_valid(std::move(call), PluginClass::archiver, "archiver");
}

AsyncResult<HttpResponse> get_context_data_is_valid(Call call) {
  return data_is_valid(std::move(call), PluginClass::context, "context");
}

}  // namespace pscheduler::api
