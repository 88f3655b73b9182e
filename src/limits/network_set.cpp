#include "pscheduler/limits/network_set.hpp"

#include <algorithm>
#include <utility>

namespace pscheduler::limits {
namespace {

IpAddress last_of(const Cidr& network) {
  auto bytes = network.network().bytes();
  const int bits = network.network().bits();
  for (int i = 0; i < bits / 8; ++i) {
    const int fixed = std::clamp(network.prefix() - i * 8, 0, 8);
    auto& byte = bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(byte | (0xff >> fixed));
  }
  if (network.network().is_v6()) return IpAddress(bytes);
  return IpAddress(IpAddress::V4Bytes{bytes[0], bytes[1], bytes[2], bytes[3]});
}

}  // namespace

NetworkSet::NetworkSet(const std::vector<Cidr>& networks) {
  ranges_.reserve(networks.size());
  for (const auto& network : networks) ranges_.push_back({network.network(), last_of(network)});
  std::sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) { return a.first < b.first; });
  // Networks either contain each other or have nothing in common, so those inside another go.
  std::size_t kept = 0;
  for (const auto& range : ranges_) {
    if (kept > 0 && range.first <= ranges_[kept - 1].last) {
      ranges_[kept - 1].last = std::max(ranges_[kept - 1].last, range.last);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
  ranges_.shrink_to_fit();
}

bool NetworkSet::contains(const IpAddress& address) const {
  const auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                      [](const IpAddress& a, const Range& range) { return a < range.first; });
  return after != ranges_.begin() && address <= std::prev(after)->last;
}

}  // namespace pscheduler::limits
