#pragma once
// Which handler answers which path and method (spec api.md 7).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "call.hpp"

namespace pscheduler::api {

struct RouteMatch {
  Handler handler = nullptr;  // null when the path is known but not for this method
  std::vector<std::string> names;
  std::string_view path;  // with "*" for names
  std::string allow;      // the methods of the path, as the Allow header lists them
};

// The route of a path below the prefix, given as its segments; nothing when the path is unknown. HEAD is
// answered by the handler of GET, but not on collections (spec api.md 4).
std::optional<RouteMatch> find_route(std::string_view method, const std::vector<std::string>& segments);

}  // namespace pscheduler::api
