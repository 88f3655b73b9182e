#pragma once
// What peers answer (spec api.md 9.3, 11, 15). They may be of any version, or no pScheduler at all: whatever
// is not understood becomes an error that begins with the host, or is left out of a list.

#include <cstdint>
#include <vector>

#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/services/peers.hpp"
#include "services/federation/peer_calls.hpp"

namespace pscheduler::services {

// An answer with the call it belongs to.
struct PeerAnswer {
  std::string host;
  std::string occasion;
  ports::HttpAnswer http;

  // Whether it comes from a node of this kind.
  [[nodiscard]] bool ours() const;
};

// Nothing for status 200, else what it means.
Result<void> check_status(const PeerAnswer& answer);

// The same for the first question to a host, which any web server may answer: all else is unreachable.
Result<void> check_presence(const PeerAnswer& answer);

Result<std::int64_t> read_level(const PeerAnswer& answer);
Result<void> read_presence(const PeerAnswer& answer);
Result<std::vector<PeerTool>> read_tools(const PeerAnswer& answer);
Result<PeerTimes> read_times(const PeerAnswer& answer, TimeRange window, const Zone& zone);
Result<Held> read_held(const PeerAnswer& answer);
Result<Removal> read_removal(const PeerAnswer& answer);
Result<PeerResult> read_result(const PeerAnswer& answer);
Result<Json> read_clock(const PeerAnswer& answer);

}  // namespace pscheduler::services
