#include "shared/route.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"

namespace pscheduler::plugins {

std::optional<sdk::IpFamily> wanted_family(const Json& spec) {
  const auto version = json::find_integer(spec, "ip-version");
  if (!version) return std::nullopt;
  return *version == 6 ? sdk::IpFamily::v6 : sdk::IpFamily::v4;
}

Result<Route> find_route(const Json& spec) {
  const auto destination = json::find_string(spec, "dest").value_or(std::string());
  const auto source = json::find_string(spec, "source");
  if (!source) {
    auto endpoint = sdk::single_endpoint(destination, wanted_family(spec));
    if (!endpoint.has_route) {
      return fail(Errc::unreachable,
                  fmt::format("This host has no IPv{} route to {} ({}).", static_cast<int>(*endpoint.family),
                              destination, endpoint.address));
    }
    return Route{std::move(endpoint.address), std::nullopt, endpoint.family};
  }
  auto pair = sdk::common_family(*source, destination, wanted_family(spec));
  if (!pair) return fail(std::move(pair.error()));
  return Route{std::move(pair->destination), std::move(pair->source), pair->family};
}

}  // namespace pscheduler::plugins
