#pragma once
// Between which addresses a test's packets go.

#include <optional>
#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/names.hpp"

namespace pscheduler::plugins {

struct Route {
  std::string destination;            // an address, or the name where it could not be resolved
  std::optional<std::string> source;  // an address, if the spec names a source
  std::optional<sdk::IpFamily> family;
};

// The spec's ip-version.
std::optional<sdk::IpFamily> wanted_family(const Json& spec);

// From the spec's dest, source and ip-version. Resolves names, for some seconds at most. Fails when source
// and destination have no family in common, or this host has no route to any address of the destination's
// name.
Result<Route> find_route(const Json& spec);

}  // namespace pscheduler::plugins
