#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/plugins_host.hpp"
#include "services/plugins/archiver_pool.hpp"
#include "services/plugins/documents.hpp"
#include "services/plugins/in_parallel.hpp"
#include "services/plugins/inventory.hpp"
#include "services/plugins/tool_runner.hpp"

namespace pscheduler::services {

struct PluginHost::State {
  State(PluginHostPorts given_ports, PluginHostOptions given_options)
      : ports(std::move(given_ports)),
        options(std::move(given_options)),
        invoker(ports.executor, ports.clock, ports.processes, ports.log, options),
        runner(ports.clock, ports.processes, ports.files, ports.log, options),
        asked_again(ports.executor) {}

  PluginHostPorts ports;
  PluginHostOptions options;
  Invoker invoker;
  ToolRunner runner;
  Catalogue catalogue;
  std::map<std::string, ArchiverPool> archivers;
  bool asked = false;
  ports::Event asked_again;
  std::function<void()> told;  // of an inventory

  template <class T>
  ports::AsyncResult<T> ask(PluginClass plugin_class, std::string name, Method method,
                            MethodQuestion question,
                            Result<T> (*read)(const CallName&, const MethodOutput&)) {
    auto entry = catalogue.usable(plugin_class, name);
    if (!entry) co_return fail(std::move(entry.error()));
    const CallName call = (*entry)->call(method);
    const Duration begun = ports.clock.steady();
    auto calling = invoker.call(std::move(*entry), method, std::move(question));
    auto output = co_await std::move(calling);
    if (ports.metrics != nullptr) {
      ports.metrics->plugin_called(traits(method).name, output.has_value(), ports.clock.steady() - begun);
    }
    if (!output) co_return fail(std::move(output.error()));
    co_return read(call, *output);
  }

  // The processes of an archiver, whether it has any or not.
  ArchiverPool& pool_of(const std::string& archiver);

  ports::Async<void> change_in(ports::DirectoryWatch& directories);

  // Says what is new since `before`.
  void log_changes(const Catalogue& before);

  ports::Async<void> offer(EntryPointer tool, const MethodQuestion& question, ToolOffer& offer);
  Result<std::vector<EntryPointer>> contexts_of(const ToolRun& run) const;
  [[nodiscard]] Results results_of(const ToolRun& run) const;
};

void PluginHost::State::log_changes(const Catalogue& before) {
  std::int64_t usable = 0;
  std::int64_t unusable = 0;
  for (const PluginClass plugin_class : kPluginClasses) {
    for (const EntryPointer& entry : catalogue.all(plugin_class)) {
      const Plugin& plugin = entry->plugin;
      ++(plugin.problem.empty() ? usable : unusable);
      const auto known = before.find(plugin_class, plugin.name);
      if (plugin.problem.empty() || (known && known->plugin.problem == plugin.problem)) continue;
      ports.log.write(ports::kPluginUnusable, {{"class", std::string(class_name(plugin_class))},
                                               {"name", plugin.name},
                                               {"directory", entry->directory.string()},
                                               {"problem", plugin.problem}});
    }
  }
  ports.log.write(ports::kPluginInventory, {{"usable", usable}, {"unusable", unusable}});
}

// Ends also when somebody asks for another inventory.
ports::Async<void> PluginHost::State::change_in(ports::DirectoryWatch& directories) {
  using namespace boost::asio::experimental::awaitable_operators;
  if (!asked) {
    auto changed = directories.changed();
    auto again = asked_again.wait();
    auto either = std::move(changed) || std::move(again);
    try {
      co_await std::move(either);
    } catch (const boost::asio::multiple_exceptions& both) {
      std::rethrow_exception(both.first_exception());  // a cancellation, which ends both
    }
  }
  asked = false;
}

ArchiverPool& PluginHost::State::pool_of(const std::string& archiver) {
  const auto [pool, made] =
      archivers.try_emplace(archiver, ports.executor, ports.clock, ports.processes, ports.log, options);
  return pool->second;
}

ports::Async<void> PluginHost::State::offer(EntryPointer tool, const MethodQuestion& question,
                                            ToolOffer& offer) {
  offer.tool = tool->plugin;
  auto asking = ask<CanRun>(PluginClass::tool, tool->plugin.name, Method::can_run, question, read_can_run);
  auto answer = co_await std::move(asking);
  if (answer)
    offer.answer = std::move(*answer);
  else
    offer.answer.reasons.push_back(answer.error().message);
}

Result<std::vector<EntryPointer>> PluginHost::State::contexts_of(const ToolRun& run) const {
  std::vector<EntryPointer> contexts;
  if (!run.contexts || run.contexts->is_null()) return contexts;
  if (!run.contexts->is_array()) return fail(Errc::invalid_argument, "The contexts must be an array.");
  for (const Json& context : *run.contexts) {
    const auto name = json::find_string(context, "context");
    if (!name) return fail(Errc::invalid_argument, "Each context needs the text 'context', its name.");
    auto entry = catalogue.usable(PluginClass::context, *name);
    if (!entry) return fail(std::move(entry.error()));
    contexts.push_back(std::move(*entry));
  }
  return contexts;
}

Results PluginHost::State::results_of(const ToolRun& run) const {
  const auto type = run.test ? json::find_string(*run.test, "type") : std::nullopt;
  const auto test = type ? catalogue.find(PluginClass::test, *type) : nullptr;
  if (!test || !test->plugin.problem.empty()) return Results::one;
  return traits(test->plugin.scheduling_class).multi_result ? Results::streamed : Results::one;
}

PluginHost::PluginHost(PluginHostPorts ports, PluginHostOptions options)
    : state_(std::make_unique<State>(std::move(ports), std::move(options))) {}

PluginHost::~PluginHost() = default;

ports::Async<void> PluginHost::stop() {
  co_await state_->invoker.forget();
  for (auto& [name, pool] : state_->archivers) co_await pool.stop();
}

ports::Async<void> PluginHost::take_inventory() {
  State& state = *state_;
  co_await state.invoker.forget();
  for (auto& [name, pool] : state.archivers) pool.renew();
  const Catalogue known = state.catalogue;
  Catalogue found =
      co_await services::take_inventory(state.invoker, state.ports.files, state.options.class_roots, known);
  const Catalogue before = std::exchange(state.catalogue, std::move(found));
  state.log_changes(before);
}

ports::Async<void> PluginHost::watch(ports::DirectoryWatch& directories) {
  State& state = *state_;
  const auto watch_all = [&] {
    directories.watch(inventory_directories(state.ports.files, state.options.class_roots));
  };
  watch_all();
  for (;;) {
    co_await state.change_in(directories);
    co_await state.ports.clock.sleep_for(state.options.limits.settle);
    // Before the inventory, so that what it does not see yet is reported.
    watch_all();
    co_await take_inventory();
    if (state.told) state.told();
  }
}

void PluginHost::on_inventory(std::function<void()> told) {
  state_->told = std::move(told);
}

void PluginHost::look_again() {
  state_->asked = true;
  state_->asked_again.notify_all();
}

const Plugin* PluginHost::find(PluginClass plugin_class, const std::string& name) const {
  const auto entry = state_->catalogue.find(plugin_class, name);
  return entry && entry->plugin.problem.empty() ? &entry->plugin : nullptr;
}

std::vector<Plugin> PluginHost::list(PluginClass plugin_class) const {
  std::vector<Plugin> plugins;
  for (const EntryPointer& entry : state_->catalogue.all(plugin_class))
    if (entry->plugin.problem.empty()) plugins.push_back(entry->plugin);
  return plugins;
}

std::vector<Plugin> PluginHost::unusable(PluginClass plugin_class) const {
  std::vector<Plugin> plugins;
  for (const EntryPointer& entry : state_->catalogue.all(plugin_class))
    if (!entry->plugin.problem.empty()) plugins.push_back(entry->plugin);
  return plugins;
}

ports::AsyncResult<Json> PluginHost::cli_to_spec(std::string test, Json arguments) {
  return state_->ask<Json>(PluginClass::test, std::move(test), Method::cli_to_spec,
                           {{}, write_document(arguments), {}}, read_spec);
}

ports::AsyncResult<std::vector<std::string>> PluginHost::spec_to_cli(std::string test, Json spec) {
  return state_->ask<std::vector<std::string>>(PluginClass::test, std::move(test), Method::spec_to_cli,
                                               {{}, write_document(spec), {}}, read_command_line);
}

ports::AsyncResult<Validity> PluginHost::spec_is_valid(std::string test, Json spec) {
  return state_->ask<Validity>(PluginClass::test, std::move(test), Method::spec_is_valid,
                               {{}, write_document(spec), {}}, read_validity);
}

ports::AsyncResult<ParticipantList> PluginHost::participants(std::string test, Json spec,
                                                             std::string lead_bind) {
  return state_->ask<ParticipantList>(PluginClass::test, std::move(test), Method::participants,
                                      {{}, write_document(spec), std::move(lead_bind)}, read_participants);
}

ports::AsyncResult<std::string> PluginHost::spec_format(std::string test, std::string mime_type, Json spec) {
  return state_->ask<std::string>(PluginClass::test, std::move(test), Method::spec_format,
                                  {std::move(mime_type), write_document(spec), {}}, read_text);
}

ports::AsyncResult<std::string> PluginHost::result_format(std::string test, std::string mime_type, Json spec,
                                                          Json result) {
  const Json input{{"spec", std::move(spec)}, {"result", std::move(result)}};
  return state_->ask<std::string>(PluginClass::test, std::move(test), Method::result_format,
                                  {std::move(mime_type), write_document(input), {}}, read_text);
}

ports::Async<std::vector<ToolOffer>> PluginHost::offers(Json test, std::string lead_bind) {
  State& state = *state_;
  const auto type = json::find_string(test, "type");
  std::vector<EntryPointer> tools;
  for (const EntryPointer& tool : state.catalogue.all(PluginClass::tool)) {
    const auto& tests = tool->plugin.tests;
    if (type && tool->plugin.problem.empty() && std::ranges::find(tests, *type) != tests.end())
      tools.push_back(tool);
  }
  std::ranges::stable_sort(tools, std::ranges::greater{},
                           [](const EntryPointer& tool) { return tool->plugin.preference; });
  std::vector<ToolOffer> offers(tools.size());
  const MethodQuestion question{{}, write_document(test), std::move(lead_bind)};
  std::function<ports::Async<void>(std::size_t)> ask = [&](std::size_t index) {
    return state.offer(tools[index], question, offers[index]);
  };
  co_await in_parallel(tools.size(), std::move(ask));
  co_return offers;
}

ports::AsyncResult<RunLength> PluginHost::duration(std::string tool, Json test) {
  return state_->ask<RunLength>(PluginClass::tool, std::move(tool), Method::duration,
                                {{}, write_document(test), {}}, read_duration);
}

ports::AsyncResult<Json> PluginHost::participant_data(std::string tool, Json test, int participant) {
  const Json input{{"participant", participant}, {"test", std::move(test)}};
  return state_->ask<Json>(PluginClass::tool, std::move(tool), Method::participant_data,
                           {{}, write_document(input), {}}, read_participant_data);
}

ports::AsyncResult<Json> PluginHost::merged_results(std::string tool, Json test, Json results) {
  const Json input{{"test", std::move(test)}, {"results", std::move(results)}};
  return state_->ask<Json>(PluginClass::tool, std::move(tool), Method::merged_results,
                           {{}, write_document(input), {}}, read_merged_result);
}

ports::AsyncResult<ToolOutcome> PluginHost::run(ToolRun run) {
  State& state = *state_;
  auto tool = state.catalogue.usable(PluginClass::tool, run.tool);
  if (!tool) co_return fail(std::move(tool.error()));
  auto contexts = state.contexts_of(run);
  if (!contexts) co_return fail(std::move(contexts.error()));
  const Results results = state.results_of(run);
  ToolOutcome outcome =
      co_await state.runner.run(std::move(*tool), std::move(*contexts), results, std::move(run));
  co_return outcome;
}

Duration PluginHost::preparation_time(const std::string& tool) const {
  const auto entry = state_->catalogue.find(PluginClass::tool, tool);
  return entry ? state_->invoker.preparation_time(*entry) : kPreparationOfForeign;
}

ports::AsyncResult<Validity> PluginHost::data_is_valid(PluginClass plugin_class, std::string name,
                                                       Json data) {
  return state_->ask<Validity>(plugin_class, std::move(name), Method::data_is_valid,
                               {{}, write_document(data), {}}, read_validity);
}

ports::AsyncResult<ArchiverReply> PluginHost::archive(std::string archiver, std::string destination,
                                                      std::string record) {
  auto entry = state_->catalogue.usable(PluginClass::archiver, archiver);
  if (!entry) co_return fail(std::move(entry.error()));
  auto reply = co_await state_->pool_of(archiver).archive(std::move(*entry), std::move(destination),
                                                          std::move(record));
  co_return reply;
}

}  // namespace pscheduler::services
