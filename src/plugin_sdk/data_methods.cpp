// Archivers and contexts have the same pure methods: enumerate and data-is-valid.

#include <array>

#include "plugin_sdk/methods.hpp"

namespace pscheduler::sdk {
namespace {

Json enumeration(const ContextPlugin& plugin) {
  return enumeration_of(plugin.identity);
}

Json enumeration(const ArchiverPlugin& plugin) {
  auto document = enumeration_of(plugin.identity);
  if (!plugin.transforms.empty()) document["transforms"] = plugin.transforms;
  return document;
}

template <class PluginType>
Result<Answer> enumerate(const PluginType& plugin, const MethodInput& /*input*/) {
  return enumeration(plugin);
}

template <class PluginType>
Result<Answer> data_is_valid(const PluginType& plugin, const MethodInput& input) {
  return validity(input.document ? plugin.check_data(*input.document) : fail(input.document.error()));
}

template <class PluginType>
constexpr std::array kMethods{
    Method<PluginType>{"enumerate", Reads::nothing, &enumerate<PluginType>},
    Method<PluginType>{"data-is-valid", Reads::stdin_always, &data_is_valid<PluginType>},
};

}  // namespace

std::span<const Method<ArchiverPlugin>> archiver_methods() {
  return kMethods<ArchiverPlugin>;
}
std::span<const Method<ContextPlugin>> context_methods() {
  return kMethods<ContextPlugin>;
}

Json enumeration_of(const Identity& identity) {
  return {{"schema", 1},
          {"name", identity.name},
          {"description", identity.description},
          {"version", identity.version},
          {"maintainer", {{"name", identity.maintainer}}}};
}

Json validity(const Result<void>& result) {
  if (result) return {{"valid", true}};
  return {{"valid", false}, {"error", result.error().message}};
}

}  // namespace pscheduler::sdk
