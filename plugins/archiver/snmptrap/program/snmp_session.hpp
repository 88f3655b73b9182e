#pragma once
// Sends a trap to whom the data name, as whom they name.

#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "shared/destination_guard.hpp"
#include "trap_pdu.hpp"

namespace pscheduler::plugins {

// By what receivers know the sender of version 3 (RFC 3411, 5): from hexadecimal digits, or made of the
// host's name when there are none. Errors: invalid_argument.
Result<std::string> snmp_engine_id(const std::string& digits);

// Returns when the datagram is on its way; whether it arrives, nobody knows. Errors: forbidden (by the
// guard), not_possible (in the library's words), unreachable (no address).
Result<void> send_trap(const Json& data, TrapPdu pdu, const std::string& engine_id,
                       const DestinationGuard& guard);

}  // namespace pscheduler::plugins
