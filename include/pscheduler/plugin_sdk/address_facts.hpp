#pragma once
// What DNS knows of addresses on a path: their names, and the autonomous systems that announce them as Team
// Cymru publishes them (spec tools.md 1.6).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

struct AutonomousSystem {
  std::int64_t number = 0;
  std::string owner;  // empty when it is not known
};

struct AddressFacts {
  std::string name;  // empty when it has none
  std::optional<AutonomousSystem> system;
};

struct FactsWanted {
  bool names = true;
  bool systems = true;  // asked only of addresses that the Internet routes
};

// All at the same time; what is not known when `limit` has passed stays out. `server` ("192.0.2.1:53") is
// asked instead of those of the system.
std::map<std::string, AddressFacts> address_facts(const std::vector<std::string>& addresses,
                                                  FactsWanted wanted, Duration limit,
                                                  const std::string& server = {});

}  // namespace pscheduler::sdk
