// linuxnns: runs the tool in a named network namespace of Linux, as `ip netns exec` does.

#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "shared/archiver_data.hpp"
#include "shared/enter_program.hpp"

namespace pscheduler::plugins {
namespace {

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("linuxnns-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  return check_entered_name(data, "namespace");
}

Result<sdk::CommandPrefix> change(const Json& data) {
  PSCHEDULER_TRY(check_data(data));
  return enter_command("netns", data, "namespace");
}

}  // namespace

extern const sdk::ContextPlugin context_linuxnns;
constinit const sdk::ContextPlugin context_linuxnns{
    .identity = {"linuxnns", "Run the tool in a network namespace of Linux"},
    .check_data = &check_data,
    .change = &change,
};

}  // namespace pscheduler::plugins
