#pragma once
// The types of identifiers and their data (spec limits.md, 4).

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "pscheduler/addr/cidr.hpp"
#include "pscheduler/limits/network_set.hpp"
#include "pscheduler/limits/script.hpp"
#include "pscheduler/limits/string_match.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::limits {

struct AlwaysIdentifier {};

struct HintIdentifier {
  std::string hint;
  StringMatch match;
};

struct CidrListIdentifier {
  NetworkSet networks;
};

struct CidrListUrlIdentifier {
  std::string source;
  Duration update{};  // after a good load
  Duration retry{};   // after a bad one
  std::optional<JqSpec> transform;
  NetworkSet exclude;
  std::string bind;  // empty: any
  bool fail_state = false;
};

struct BogonIdentifier {
  NetworkSet exclude;
  bool fail_result = false;
  Duration timeout = std::chrono::seconds(2);
};

struct AsnIdentifier {
  std::vector<std::int64_t> asns;
  bool fail_result = false;
  bool peers = false;
  Duration timeout = std::chrono::seconds(2);
};

struct ReverseDnsIdentifier {
  StringMatch match;
  Duration timeout{};  // of each of the two queries
};

struct JqIdentifier {
  JqSpec jq;
};

struct LocalInterfaceIdentifier {};
struct LocalSubnetIdentifier {};

using IdentifierData =
    std::variant<AlwaysIdentifier, HintIdentifier, CidrListIdentifier, CidrListUrlIdentifier, BogonIdentifier,
                 AsnIdentifier, ReverseDnsIdentifier, JqIdentifier, LocalInterfaceIdentifier,
                 LocalSubnetIdentifier>;

struct Identifier {
  std::string name;
  std::string type;
  bool invert = false;  // makes it match never (quirk 5)
  IdentifierData data;
};

}  // namespace pscheduler::limits
