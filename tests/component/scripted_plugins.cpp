#include "component/scripted_plugins.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <nlohmann/json.hpp>

#include "pscheduler/ports/event.hpp"
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
  for (const std::string archiver : {"shelf", "drawer"}) {
    add(PluginClass::archiver, archiver, SchedulingClass::background, "", 0);
  }
  add(PluginClass::context, "room", SchedulingClass::background, "", 0);
}

void ScriptedPlugins::add_tool(const std::string& name, const std::string& test, std::int64_t preference) {
  add(PluginClass::tool, name, find(PluginClass::test, test)->scheduling_class, test, preference);
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
  if (plugin_class == PluginClass::archiver) enumeration["transforms"] = Json::array({"place"});
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

void ScriptedPlugins::note(const services::ToolRun& run, std::string what, std::string participant_data) {
  calls.push_back(
      {clock_.now(), std::move(what), run.tool, std::move(participant_data), run.task_uuid, run.times});
  if (on_call) on_call(calls.back());
}

ports::AsyncResult<void> ScriptedPlugins::get_through(std::string method) {
  if (!before_answer) co_return Result<void>{};
  auto passed = co_await before_answer(std::move(method));
  co_return passed;
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
  auto passed = co_await get_through("spec-is-valid");
  if (!passed) co_return fail(std::move(passed.error()));
  const bool valid = spec.is_object() && spec.contains("seconds") && spec["seconds"].is_number_integer() &&
                     spec["seconds"] > 0;
  co_return services::Validity{valid, valid ? "" : "seconds must be a positive integer"};
}

ports::AsyncResult<services::ParticipantList> ScriptedPlugins::participants(std::string, Json spec,
                                                                            std::string lead_bind) {
  lead_binds["participants"] = std::move(lead_bind);
  auto passed = co_await get_through("participants");
  if (!passed) co_return fail(std::move(passed.error()));
  services::ParticipantList list;
  if (spec.contains("hosts")) {
    for (const auto& host : spec["hosts"]) {
      list.participants.push_back(host.is_null() ? std::nullopt : std::optional(host.get<std::string>()));
    }
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

ports::Async<std::vector<services::ToolOffer>> ScriptedPlugins::offers(Json test, std::string lead_bind) {
  lead_binds["can-run"] = std::move(lead_bind);
  std::vector<services::ToolOffer> all;
  for (const auto& tool : list(PluginClass::tool)) {
    if (tool.tests.front() != test.value("type", "")) continue;
    services::CanRun answer{true, {}};
    if (tool.name == "reluctant") answer = {false, {"Not today", "nor tomorrow"}};
    for (const auto& name : {tool.name, std::string()}) {
      const auto declined = declines.find(name);
      if (declined != declines.end()) answer = {false, {declined->second}};
    }
    all.push_back({tool, std::move(answer)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.tool.preference > b.tool.preference; });
  co_return all;
}

ports::AsyncResult<services::RunLength> ScriptedPlugins::duration(std::string, Json test) {
  auto passed = co_await get_through("duration");
  if (!passed) co_return fail(std::move(passed.error()));
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
  auto passed = co_await get_through("participant-data");
  if (!passed) co_return fail(std::move(passed.error()));
  while (holds_participant_data) co_await go_on_.wait();
  if (prepare) co_return prepare(participant);
  Json data = {{"for", participant}};
  if (!node.empty()) data["node"] = node;
  co_return data;
}

ports::AsyncResult<Json> ScriptedPlugins::merged_results(std::string, Json, Json results) {
  auto passed = co_await get_through("merged-results");
  if (!passed) co_return fail(std::move(passed.error()));
  co_await clock_.sleep_for(merge_takes);
  if (merge) co_return merge(results);
  co_return Json{{"succeeded", true}, {"of", std::move(results)}};
}

ports::Async<void> ScriptedPlugins::work(const services::ToolRun& run, const ToolScript& script,
                                         bool& in_time) {
  // As the operating system does, it counts the time to the limit, and that of the work, on the steady clock.
  const Duration limit = clock_.steady() + run.time_limit;
  const auto executor = co_await boost::asio::this_coro::executor;
  ports::Event over(executor);
  const auto alarm = clock_.alarm_in(executor, run.time_limit, [&over] { over.notify_all(); });
  if (co_await over.wait_until(clock_, run.times.start)) co_return;
  const Duration begun = clock_.steady();
  const Duration slot_left = run.times.end - clock_.now();
  for (const auto& [after, text] : script.records) {
    const Duration due = begun + after;
    if (due >= limit) break;
    co_await clock_.sleep_for(due - clock_.steady());
    if (run.on_record) run.on_record(std::make_shared<const Json>(Json::parse(text)));
  }
  const Duration end = script.hangs        ? limit
                       : script.ends_after ? begun + *script.ends_after
                                           : begun + slot_left - 1s;
  in_time = !script.hangs && end <= limit;
  const Duration until = std::min(end, limit);
  co_await clock_.sleep_for(until - clock_.steady());
}

ports::AsyncResult<services::ToolOutcome> ScriptedPlugins::run(services::ToolRun run) {
  lead_binds["run"] = run.lead_bind;
  const ToolScript script = script_for ? script_for(run) : scripts[run.tool];
  bool started = false;
  bool killed = false;
  bool in_time = false;
  try {
    if (run.started_ahead_at) co_await clock_.sleep_until(*run.started_ahead_at);
    started = true;
    note(run, "start", run.participant_data->dump());
    running_most = std::max(running_most, ++running);
    co_await work(run, script, in_time);
  } catch (...) {
    if (!ports::is_cancellation(std::current_exception())) throw;
    killed = true;
  }
  if (killed) {
    co_await ports::shield_from_cancellation();
    if (started) {
      co_await clock_.sleep_for(kDying);
      note(run, "killed");
      --running;
    }
    throw boost::system::system_error(boost::asio::error::operation_aborted);
  }
  --running;
  note(run, "end");
  services::ToolOutcome outcome = script.outcome;
  if (!in_time) {
    outcome.end = ports::ProcessEnd::timed_out;
    outcome.status = 2;
    outcome.failure = "The tool was too long and was ended.";
  } else if (!outcome.output && outcome.status == 0 && outcome.failure.empty()) {
    Json result = {{"succeeded", true}, {"tool", run.tool}};
    if (!node.empty()) result["node"] = node;
    outcome.output = std::make_shared<const Json>(std::move(result));
  }
  co_return outcome;
}

ports::AsyncResult<services::Validity> ScriptedPlugins::data_is_valid(PluginClass, std::string, Json data) {
  auto through = co_await get_through("data-is-valid");
  if (!through) co_return fail(std::move(through.error()));
  const bool valid = data.is_object() && data.value("good", false);
  co_return services::Validity{valid, valid ? "" : "the data are not good"};
}

ports::AsyncResult<services::ArchiverReply> ScriptedPlugins::archive(std::string archiver,
                                                                     std::string destination,
                                                                     std::string record) {
  struct Busy {
    int& count;
    ~Busy() { --count; }
  };
  archiving_most = std::max(archiving_most, ++archiving);
  const Busy busy{archiving};
  const ArchiverCall call{clock_.now(), std::move(archiver), Json::parse(record), std::move(destination)};
  archived.push_back(call);
  const Duration takes = archiving_takes_for ? archiving_takes_for(call) : archiving_takes;
  co_await clock_.sleep_for(takes);
  if (on_archive) co_return on_archive(call);
  services::ArchiverReply reply;
  reply.succeeded = true;
  reply.document = std::make_shared<const Json>(Json{{"succeeded", true}});
  co_return reply;
}

}  // namespace pscheduler::test
