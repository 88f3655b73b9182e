#include "pscheduler/plugin_sdk/dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>

#include "plugin_sdk/methods.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/reader.hpp"

namespace pscheduler::sdk {
namespace {

// What a call names: a plug-in of one of the classes together with its method, or nothing.
template <class PluginType>
struct Target {
  const PluginType* plugin = nullptr;
  const Method<PluginType>* method = nullptr;
};

template <class PluginType>
Target<PluginType> find(std::span<const PluginType* const> plugins,
                        std::span<const Method<PluginType>> methods, const Call& call) {
  const auto plugin = std::ranges::find(plugins, call.plugin,
                                        [](const PluginType* candidate) { return candidate->identity.name; });
  const auto method = std::ranges::find(methods, call.method, &Method<PluginType>::name);
  if (plugin == plugins.end() || method == methods.end()) return {};
  return {*plugin, &*method};
}

// Calls the function with the target of the class that the call names; nothing when there is no such target.
template <class Function>
auto with_target(const Catalogue& catalogue, const Call& call, Function function)
    -> std::optional<decltype(function(Target<TestPlugin>{}))> {
  const auto apply = [&](const auto& target) -> std::optional<decltype(function(Target<TestPlugin>{}))> {
    if (target.plugin == nullptr) return std::nullopt;
    return function(target);
  };
  if (call.plugin_class == "test") return apply(find(catalogue.tests, test_methods(), call));
  if (call.plugin_class == "tool") return apply(find(catalogue.tools, tool_methods(), call));
  if (call.plugin_class == "archiver") return apply(find(catalogue.archivers, archiver_methods(), call));
  if (call.plugin_class == "context") return apply(find(catalogue.contexts, context_methods(), call));
  return std::nullopt;
}

template <class PluginType>
void add_served(Json& list, std::string_view plugin_class, std::span<const PluginType* const> plugins,
                std::span<const Method<PluginType>> methods) {
  for (const auto* plugin : plugins) {
    Json names = Json::array();
    for (const auto& method : methods) {
      if (method.served == nullptr || method.served(*plugin)) names.push_back(method.name);
    }
    list.push_back({{"class", plugin_class}, {"name", plugin->identity.name}, {"methods", std::move(names)}});
  }
}

Outcome failed(std::string errors) {
  return {1, nullptr, {}, std::move(errors)};
}

Outcome outcome_of(Result<Answer> answer) {
  if (!answer) return failed(std::move(answer.error().message));
  if (auto* text = std::get_if<std::string>(&*answer)) return {0, nullptr, std::move(*text), {}};
  return {0, std::make_shared<const Json>(std::move(std::get<Json>(*answer))), {}, {}};
}

}  // namespace

Dispatcher::Dispatcher(const Catalogue& catalogue)
    : catalogue_(catalogue), schemas_(std::make_unique<SchemaCache>()) {}
Dispatcher::~Dispatcher() = default;

Outcome Dispatcher::call_text(const Call& call, std::string_view input) {
  if (need(call) == Need::no_input) return dispatch(call, Json());
  return dispatch(call, json::read(input));
}

Outcome Dispatcher::call(const Call& call, Json input) {
  return dispatch(call, std::move(input));
}

Dispatcher::Need Dispatcher::need(const Call& call) const {
  const auto need = with_target(catalogue_, call, [&](const auto& target) {
    const auto reads = target.method->reads;
    const bool reads_input =
        reads == Reads::stdin_always || (reads == Reads::stdin_without_arguments && call.arguments.empty());
    return reads_input ? Need::input : Need::no_input;
  });
  return need.value_or(Need::unknown_method);
}

Json Dispatcher::serves() const {
  Json list = Json::array();
  add_served(list, "test", catalogue_.tests, test_methods());
  add_served(list, "tool", catalogue_.tools, tool_methods());
  add_served(list, "archiver", catalogue_.archivers, archiver_methods());
  add_served(list, "context", catalogue_.contexts, context_methods());
  return {{"serves", std::move(list)}};
}

Outcome Dispatcher::dispatch(const Call& call, const Result<Json>& input) {
  try {
    auto outcome = with_target(catalogue_, call, [&](const auto& target) {
      return outcome_of(target.method->call(*target.plugin, MethodInput{call.arguments, input, *schemas_}));
    });
    if (outcome) return std::move(*outcome);
    return failed(fmt::format("There is no {} plug-in \"{}\" with a method \"{}\" here.",
                              excerpt(call.plugin_class), excerpt(call.plugin), excerpt(call.method)));
  } catch (const std::exception& error) {
    return failed(
        fmt::format("{} {} {} failed: {}", call.plugin_class, call.plugin, call.method, error.what()));
  }
}

}  // namespace pscheduler::sdk
