#pragma once
// Who may ask on behalf of others: the names of proxies and their keys (spec api.md 5.2).

#include <functional>
#include <map>
#include <string>

namespace pscheduler {

// Keys by name. They are secret: they are never logged or shown.
using RequesterKeys = std::map<std::string, std::string, std::less<>>;

}  // namespace pscheduler
