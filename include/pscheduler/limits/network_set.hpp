#pragma once
// Many networks, asked whether one of them holds an address.
//
// Kept as sorted ranges that neither touch nor overlap, so that a list of 100,000 networks takes 4 MB at most
// and an answer is a binary search. Families never mix.

#include <cstddef>
#include <string_view>
#include <vector>

#include "pscheduler/addr/cidr.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::limits {

class NetworkSet {
 public:
  NetworkSet() = default;
  explicit NetworkSet(const std::vector<Cidr>& networks);

  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  // Both ends belong to it; addresses order by family first.
  struct Range {
    IpAddress first;
    IpAddress last;
  };

  std::vector<Range> ranges_;
};

// More networks than any registry has; each takes 36 bytes.
inline constexpr std::size_t kListedNetworksMax = 2'000'000;

// A downloaded list: one network or address a line; from '#' on it is comment; lines that are neither are
// passed over. Bits beyond a prefix are cleared. IPv4 may be written as inet_aton reads it: 10.1, 0x7f.1.
// too_large beyond kListedNetworksMax.
Result<NetworkSet> read_network_list(std::string_view text);

}  // namespace pscheduler::limits
