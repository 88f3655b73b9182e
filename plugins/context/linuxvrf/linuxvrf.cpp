// linuxvrf: runs the tool in a VRF of Linux, as `ip vrf exec` does.

#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "shared/entrance.hpp"

namespace pscheduler::plugins {
namespace {

const Entrance& entrance() {
  static const Entrance made("linuxvrf-data.json", "vrf", "vrf");
  return made;
}

}  // namespace

extern const sdk::ContextPlugin context_linuxvrf;
constinit const sdk::ContextPlugin context_linuxvrf{
    .identity = {"linuxvrf", "Run the tool in a VRF of Linux"},
    .check_data = [](const Json& data) { return entrance().check(data); },
    .change = [](const Json& data) { return entrance().command(data); },
};

}  // namespace pscheduler::plugins
