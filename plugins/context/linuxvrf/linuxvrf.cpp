// linuxvrf: runs the tool in a VRF of Linux, as `ip vrf exec` does.

#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "shared/archiver_data.hpp"
#include "shared/enter_program.hpp"

namespace pscheduler::plugins {
namespace {

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("linuxvrf-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  return check_entered_name(data, "vrf");
}

Result<sdk::CommandPrefix> change(const Json& data) {
  PSCHEDULER_TRY(check_data(data));
  return enter_command("vrf", data, "vrf");
}

}  // namespace

extern const sdk::ContextPlugin context_linuxvrf;
constinit const sdk::ContextPlugin context_linuxvrf{
    .identity = {"linuxvrf", "Run the tool in a VRF of Linux"},
    .check_data = &check_data,
    .change = &change,
};

}  // namespace pscheduler::plugins
