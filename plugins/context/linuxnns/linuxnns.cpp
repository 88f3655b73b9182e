// linuxnns: runs the tool in a named network namespace of Linux, as `ip netns exec` does.

#include "pscheduler/plugin_sdk/context_plugin.hpp"
#include "shared/entrance.hpp"

namespace pscheduler::plugins {
namespace {

const Entrance& entrance() {
  static const Entrance made("linuxnns-data.json", "namespace", "netns");
  return made;
}

}  // namespace

extern const sdk::ContextPlugin context_linuxnns;
constinit const sdk::ContextPlugin context_linuxnns{
    .identity = {"linuxnns", "Run the tool in a network namespace of Linux"},
    .check_data = [](const Json& data) { return entrance().check(data); },
    .change = [](const Json& data) { return entrance().command(data); },
};

}  // namespace pscheduler::plugins
