#include "services/plugins/methods.hpp"

#include <array>

namespace pscheduler::services {
namespace {

constexpr std::array<MethodTraits, kMethodCount> kMethods{{
    {Method::enumerate, "enumerate", Deadline::inventory, Reuse::never},
    {Method::cli_to_spec, "cli-to-spec", Deadline::quick, Reuse::while_installed},
    {Method::spec_to_cli, "spec-to-cli", Deadline::ordinary, Reuse::while_installed},
    {Method::spec_is_valid, "spec-is-valid", Deadline::ordinary, Reuse::while_installed},
    {Method::participants, "participants", Deadline::quick, Reuse::briefly},
    {Method::spec_format, "spec-format", Deadline::ordinary, Reuse::while_installed},
    {Method::result_format, "result-format", Deadline::ordinary, Reuse::while_installed},
    {Method::can_run, "can-run", Deadline::quick, Reuse::briefly},
    {Method::duration, "duration", Deadline::ordinary, Reuse::briefly},
    {Method::participant_data, "participant-data", Deadline::ordinary, Reuse::never},
    {Method::run, "run", Deadline::of_run, Reuse::never},
    {Method::merged_results, "merged-results", Deadline::quick, Reuse::never},
    {Method::data_is_valid, "data-is-valid", Deadline::ordinary, Reuse::briefly},
    {Method::archive, "archive", Deadline::of_record, Reuse::never},
    {Method::change, "change", Deadline::of_run, Reuse::never},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kMethods.size(); ++i)
    if (static_cast<std::size_t>(kMethods[i].method) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

const MethodTraits& traits(Method method) {
  return kMethods[static_cast<std::size_t>(method)];
}

Duration time_limit(Method method, const PluginLimits& limits) {
  switch (traits(method).deadline) {
    case Deadline::inventory:
      return limits.inventory;
    case Deadline::quick:
      return limits.quick;
    case Deadline::ordinary:
      return limits.ordinary;
    case Deadline::of_record:
      return limits.archiver_answer;
    case Deadline::of_run:
      break;
  }
  return Duration::zero();
}

std::string_view class_name(PluginClass plugin_class) {
  switch (plugin_class) {
    case PluginClass::test:
      return "test";
    case PluginClass::tool:
      return "tool";
    case PluginClass::archiver:
      return "archiver";
    case PluginClass::context:
      break;
  }
  return "context";
}

std::string CallName::subject() const {
  return "The " + std::string(class_name(plugin_class)) + " " + plugin + " (" +
         std::string(traits(method).name) + ")";
}

}  // namespace pscheduler::services
