#pragma once
// The program beside this one that enters network namespaces and VRFs: it alone may have the rights for it.

#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/context_plugin.hpp"

namespace pscheduler::plugins {

// Whether the member, which is a text, can be the name of a namespace or VRF: neither "." nor "..".
Result<void> check_entered_name(const Json& data, std::string_view member);

// How it is called: `kind` is "netns" or "vrf", the member of `data` the name. not_possible: this process may
// not be given the rights, with the remedy.
Result<sdk::CommandPrefix> enter_command(const std::string& kind, const Json& data, std::string_view member);

}  // namespace pscheduler::plugins
