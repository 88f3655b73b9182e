#pragma once
// What has been learned about another host and is worth knowing in the next life of the daemon: without it
// the first runs after a restart would be planned as with a host on the other side of the world.

#include <cstddef>
#include <string>

#include "pscheduler/time/instant.hpp"

namespace pscheduler {

struct KnownPeer {
  std::string host;     // as in the list of participants: host[:port]
  bool ours = false;    // a node of this kind
  Duration exchange{};  // how long a short call takes; zero when not known
  Instant seen;         // when it was last found so
};

// Hosts come from tasks, so anybody may name as many as he likes; the ones seen last are kept.
inline constexpr std::size_t kKnownPeersMax = 1000;

// Whoever has not been called for so long may be another host by now.
inline constexpr Duration kKnownPeerAgeMax = std::chrono::days(30);

}  // namespace pscheduler
