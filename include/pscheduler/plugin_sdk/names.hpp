#pragma once
// Host names for tools: forward and backward, from /etc/hosts and DNS, each look-up bounded in time
// (spec tools.md 1.6).

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

enum class IpFamily { v4 = 4, v6 = 6 };

inline constexpr Duration kLookupLimit = std::chrono::seconds(2);

struct Addresses {
  std::optional<std::string> v4;  // the first of each family
  std::optional<std::string> v6;
};

// The addresses of several hosts, asked for at the same time; literals are themselves (a zone is kept).
std::vector<Addresses> resolve_hosts(const std::vector<std::string>& hosts, Duration limit = kLookupLimit);

struct AddressPair {
  std::string source;
  std::string destination;
  IpFamily family = IpFamily::v6;
};

// Both ends in one family: the wanted one, else IPv6 if both have it, else IPv4. An error says which is
// missing.
Result<AddressPair> common_family(const std::string& source, const std::string& destination,
                                  std::optional<IpFamily> wanted);

struct Endpoint {
  std::string address;  // the name itself where it could not be resolved: the program will say so
  std::optional<IpFamily> family;
  bool has_route = true;  // false: this host has no way to any address of that name
};

// One end: a literal decides, else the wanted family, else IPv4 before IPv6 as far as this host can reach it.
Endpoint single_endpoint(const std::string& host, std::optional<IpFamily> wanted);

// The names of addresses, asked for at the same time; those without one are left out.
std::map<std::string, std::string> reverse_names(const std::vector<std::string>& addresses,
                                                 Duration limit = kLookupLimit);

}  // namespace pscheduler::sdk
