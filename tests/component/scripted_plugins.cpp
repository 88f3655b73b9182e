#include "component/scripted_plugins.hpp"

#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "pscheduler/ports/scope.hpp"

namespace pscheduler::test {

using services::Plugin;
using services::PluginClass;
using namespace std::chrono_literals;

namespace {

// How long the processes of a run take to die.
constexpr Duration kDying = 20ms;

}  // namespace

ScriptedPlugins::ScriptedPlugins(ports::asio::any_io_executor executor, ports::Clock& clock)
    : clock_(clock), go_on_(std::move(executor)) {
  const auto class_of = [](const std::string& test) {
    return test == "multi" ? SchedulingClass::background_multi : *parse_scheduling_class(test);
  };
  for (const std::string test : {"background", "exclusive", "multi", "normal"}) {
    add(PluginClass::test, test, class_of(test), "", 0);
    add(PluginClass::tool, test + "-tool", class_of(test), test, 0);
  }
  add(PluginClass::tool, "reluctant", SchedulingClass::background, "background", 10);
  add(PluginClass::archiver, "shelf", SchedulingClass::background, "", 0);
  add(PluginClass::context, "room", SchedulingClass::background, "", 0);
}

void ScriptedPlugins::add(PluginClass plugin_class, const std::string& name, SchedulingClass scheduling_class,
                          const std::string& test, std::int64_t preference) {
  Plugin plugin;
  plugin.plugin_class = plugin_class;
  plugin.name = name;
  plugin.version = "1.0";
  plugin.scheduling_class = scheduling_class;
  plugin.preference = preference;
  Json enumeration = {{"name", name}, {"version", "1.0"}, {"_secret", "s3cret"}};
  if (plugin_class == PluginClass::test) enumeration["scheduling-class"] = traits(scheduling_class).name;
  if (!test.empty()) {
    plugin.tests = {test};
    enumeration["tests"] = plugin.tests;
    enumeration["preference"] = preference;
  }
  plugin.enumeration = std::make_shared<const Json>(std::move(enumeration));
  plugins_.push_back(std::move(plugin));
}

const Plugin* ScriptedPlugins::find(PluginClass plugin_class, const std::string& name) const {
  for (const auto& plugin : plugins_) {
    if (plugin.plugin_class == plugin_class && plugin.name == name) return &plugin;
  }
  return nullptr;
}

std::vector<Plugin> ScriptedPlugins::list(PluginClass plugin_class) const {
  std::vector<Plugin> found;
  for (const auto& plugin : plugins_) {
    if (plugin.plugin_class == plugin_class) found.push_back(plugin);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

ports::AsyncResult<Json> ScriptedPlugins::cli_to_spec(std::string, Json arguments) {
  if (!arguments.is_array() || arguments.size() != 2 || arguments[0] != "--seconds") {
    co_return fail(Errc::invalid_argument, "Usage: --seconds N");
  }
  co_return Json{{"seconds", std::stoi(arguments[1].get<std::string>())}};
}

ports::AsyncResult<std::vector<std::string>> ScriptedPlugins::spec_to_cli(std::string, Json spec) {
  std::vector<std::string> words{"--seconds", spec["seconds"].dump()};
  co_return words;
}

ports::AsyncResult<services::Validity> ScriptedPlugins::spec_is_valid(std::string, Json spec) {
  const bool valid = spec.is_object() && spec.contains("seconds") && spec["seconds"].is_number_integer() &&
                     spec["seconds"] > 0;
  co_return services::Validity{valid, valid ? "" : "seconds must be a positive integer"};
}

ports::AsyncResult<services::ParticipantList> ScriptedPlugins::participants(std::string, Json spec) {
  services::ParticipantList list;
  if (spec.contains("hosts")) {
    for (const auto& host : spec["hosts"]) list.participants.emplace_back(host.get<std::string>());
  } else {
    list.participants.emplace_back(std::nullopt);
    list.null_reason = "no host was named";
  }
  co_return list;
}

ports::AsyncResult<std::string> ScriptedPlugins::spec_format(std::string, std::string, Json) {
  co_return std::string("spec");
}

ports::AsyncResult<std::string> ScriptedPlugins::result_format(std::string, std::string mime_type, Json,
                                                               Json result) {
  if (result.contains("unprintable")) co_return fail(Errc::plugin_failed, "The formatter broke.");
  co_return mime_type + " of " + result.value("tool", "?") + "  \n\n";
}

ports::Async<std::vector<services::ToolOffer>> ScriptedPlugins::offers(Json test) {
  std::vector<services::ToolOffer> all;
  for (const auto& tool : list(PluginClass::tool)) {
    if (tool.tests.front() != test.value("type", "")) continue;
    services::CanRun answer{true, {}};
    if (tool.name == "reluctant") answer = {false, {"Not today", "nor tomorrow"}};
    all.push_back({tool, std::move(answer)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.tool.preference > b.tool.preference; });
  co_return all;
}

ports::AsyncResult<services::RunLength> ScriptedPlugins::duration(std::string, Json test) {
  const auto seconds = test["spec"].value("seconds", 0);
  if (seconds == 13) co_return fail(Errc::plugin_failed, "The tool broke while it was asked for a duration.");
  if (tests_vanish_while_described) {
    std::erase_if(plugins_, [](const Plugin& plugin) { return plugin.plugin_class == PluginClass::test; });
  }
  co_return services::RunLength{std::chrono::seconds(seconds), 0s};
}

void ScriptedPlugins::let_participant_data_go() {
  holds_participant_data = false;
  go_on_.notify_all();
}

ports::AsyncResult<Json> ScriptedPlugins::participant_data(std::string, Json, int participant) {
  while (holds_participant_data) co_await go_on_.wait();
  if (prepare) co_return prepare(participant);
  co_return Json{{"for", participant}};
}

ports::AsyncResult<Json> ScriptedPlugins::merged_results(std::string, Json, Json results) {
  co_await clock_.sleep_for(merge_takes);
  if (merge) co_return merge(results);
  co_return Json{{"succeeded", true}, {"of", std::move(results)}};
}

ports::Async<void> ScriptedPlugins::work(const services::ToolRun& run, const ToolScript& script,
                                         bool& in_time) {
  const Instant begun = std::max(clock_.now(), run.times.start);
  const Instant limit = clock_.now() + run.time_limit;
  for (const auto& [after, text] : script.records) {
    const Instant at = begun + after;
    co_await clock_.sleep_until(at);
    if (run.on_record) run.on_record(std::make_shared<const Json>(Json::parse(text)));
  }
  const Instant end = script.hangs        ? limit
                      : script.ends_after ? begun + *script.ends_after
                                          : run.times.end - 1s;
  in_time = !script.hangs && end <= limit;
  const Instant until = std::min(end, limit);
  co_await clock_.sleep_until(until);
}

ports::AsyncResult<services::ToolOutcome> ScriptedPlugins::run(services::ToolRun run) {
  const ToolScript script = scripts[run.tool];
  bool started = false;
  bool killed = false;
  bool in_time = false;
  try {
    if (run.started_ahead_at) co_await clock_.sleep_until(*run.started_ahead_at);
    started = true;
    calls.push_back({clock_.now(), "start", run.tool, run.participant_data->dump()});
    running_most = std::max(running_most, ++running);
    co_await work(run, script, in_time);
  } catch (const boost::system::system_error&) {
    killed = true;
  }
  if (killed) {
    co_await ports::shield_from_cancellation();
    if (started) {
      co_await clock_.sleep_for(kDying);
      calls.push_back({clock_.now(), "killed", run.tool, ""});
      --running;
    }
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  --running;
  calls.push_back({clock_.now(), "end", run.tool, ""});
  services::ToolOutcome outcome = script.outcome;
  if (!in_time) {
    outcome.end = ports::ProcessEnd::timed_out;
    outcome.status = 2;
    outcome.failure = "The tool was too long and was ended.";
  } else if (!outcome.output && outcome.status == 0 && outcome.failure.empty()) {
    outcome.output = std::make_shared<const Json>(Json{{"succeeded", true}, {"tool", run.tool}});
  }
  co_return outcome;
}

ports::AsyncResult<services::Validity> ScriptedPlugins::data_is_valid(PluginClass, std::string, Json data) {
  const bool valid = data.is_object() && data.value("good", false);
  co_return services::Validity{valid, valid ? "" : "the data are not good"};
}

}  // namespace pscheduler::test
