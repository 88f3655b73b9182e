// The plug-ins a node has (spec api.md 9.1, 9.3).

#include <algorithm>
#include <nlohmann/json.hpp>

#include "handlers.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/hidden.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

using services::Plugin;
using services::PluginClass;

std::string plural(PluginClass plugin_class) {
  switch (plugin_class) {
    case PluginClass::test:
      return "tests";
    case PluginClass::tool:
      return "tools";
    case PluginClass::archiver:
      return "archivers";
    case PluginClass::context:
      return "contexts";
  }
  return {};
}

Json with_href(const Call& call, const Plugin& plugin) {
  Json object = *plugin.enumeration;
  json::hide_private(object);
  object["href"] = call.root_url() + "/" + plural(plugin.plugin_class) + "/" + plugin.name;
  return object;
}

HttpResponse list_of(const Call& call, const std::vector<Plugin>& plugins) {
  Json list = Json::array();
  const bool expanded = call.flag("expanded");
  for (const auto& plugin : plugins) {
    Json object = with_href(call, plugin);
    list.push_back(expanded ? std::move(object) : std::move(object["href"]));
  }
  return json_response(call, list);
}

Reply one(const Call& call, PluginClass plugin_class) {
  const Plugin* plugin = call.services.plugins.find(plugin_class, call.names.at(0));
  if (plugin == nullptr || !plugin->problem.empty()) {
    return fail(Errc::not_found, "There is no '" + excerpt(call.names.at(0)) + "' among the " +
                                     plural(plugin_class) + " of this node.");
  }
  return json_response(call, with_href(call, *plugin));
}

Json can_run_object(const services::CanRun& answer) {
  Json object = {{"can-run", answer.can_run}};
  if (!answer.reasons.empty()) object["reasons"] = answer.reasons;
  return object;
}

// GET /tools?test=: each tool for the test with its answer. Before level 6 only those that accept were
// listed. With `duration`, of our own, each that accepts also tells how long a run takes.
AsyncResult<HttpResponse> tools_for_test(Call call) {
  auto test = call.required_json("test");
  if (!test) co_return fail(std::move(test.error()));
  if (!json::find_string(*test, "type")) {
    co_return fail(Errc::invalid_argument, "The argument 'test' must be an object with 'type' and 'spec'.");
  }
  const auto level = call.integer("api");
  const bool with_refusals = level && level->value_or(1) >= kApiLevel;
  const bool with_duration = call.flag("duration");
  auto asking = call.services.plugins.offers(*test, call.lead_bind());
  const auto offers = co_await std::move(asking);
  Json list = Json::array();
  for (const auto& offer : offers) {
    Json tool = *offer.tool.enumeration;
    json::hide_private(tool);
    if (with_refusals) {
      Json entry = {{"can-run", can_run_object(offer.answer)}, {"tool", std::move(tool)}};
      if (with_duration && offer.answer.can_run) {
        const auto length = co_await call.services.plugins.duration(offer.tool.name, *test);
        if (length) entry["duration"] = format_duration(length->duration);
      }
      list.push_back(std::move(entry));
    } else if (offer.answer.can_run) {
      list.push_back(std::move(tool));
    }
  }
  co_return json_response(call, list);
}

}  // namespace

AsyncResult<HttpResponse> get_tests(Call call) {
  co_return list_of(call, call.services.plugins.list(PluginClass::test));
}

AsyncResult<HttpResponse> get_tools(Call call) {
  if (call.argument("test")) co_return co_await tools_for_test(std::move(call));
  co_return list_of(call, call.services.plugins.list(PluginClass::tool));
}

AsyncResult<HttpResponse> get_archivers(Call call) {
  co_return list_of(call, call.services.plugins.list(PluginClass::archiver));
}

AsyncResult<HttpResponse> get_contexts(Call call) {
  co_return list_of(call, call.services.plugins.list(PluginClass::context));
}

AsyncResult<HttpResponse> get_test(Call call) {
  co_return one(call, PluginClass::test);
}
AsyncResult<HttpResponse> get_tool(Call call) {
  co_return one(call, PluginClass::tool);
}
AsyncResult<HttpResponse> get_archiver(Call call) {
  co_return one(call, PluginClass::archiver);
}
AsyncResult<HttpResponse> get_context(Call call) {
  co_return one(call, PluginClass::context);
}

AsyncResult<HttpResponse> get_test_tools(Call call) {
  std::vector<Plugin> fitting;
  for (auto& tool : call.services.plugins.list(PluginClass::tool)) {
    const auto& tests = tool.tests;
    if (std::find(tests.begin(), tests.end(), call.names.at(0)) != tests.end())
      fitting.push_back(std::move(tool));
  }
  co_return list_of(call, fitting);
}

}  // namespace pscheduler::api
