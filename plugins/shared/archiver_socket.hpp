#pragma once
// Connected sockets for archivers whose library makes none that the guard has judged, and for tcp and udp,
// whose data name host, port, bind and ip-version alike (spec archivers-contexts.md 2.9).

#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"
#include "shared/destination_guard.hpp"
#include "shared/poll_until.hpp"

namespace pscheduler::plugins {

enum class Transport { tcp, udp };

struct ArchiverSocket {
  sdk::Fd socket;    // connected, not blocking
  std::string peer;  // for messages: "collector.example port 5000"
};

// To one address of the host: of the family of "ip-version", else IPv4 before IPv6, and of the one of "bind".
// Errors: forbidden (by the guard), not_possible (no common family), unreachable, timed_out.
Result<ArchiverSocket> connect_to(const Json& data, Transport transport, const DestinationGuard& guard,
                                  Deadline deadline);

// Waits for events of poll(2); timed_out says "PEER WHAT within the time".
Result<void> wait_for(const ArchiverSocket& to, short events, Deadline deadline, std::string_view what);

// "PEER: what the system says".
tl::unexpected<Error> socket_failure(const ArchiverSocket& to, int error_number);

}  // namespace pscheduler::plugins
