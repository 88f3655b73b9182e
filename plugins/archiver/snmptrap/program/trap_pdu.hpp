#pragma once
// The trap itself: what the data say of it, as net-snmp wants it.

#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <memory>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct FreePdu {
  void operator()(netsnmp_pdu* pdu) const { snmp_free_pdu(pdu); }
};
using TrapPdu = std::unique_ptr<netsnmp_pdu, FreePdu>;

// Of data that check_snmptrap_data() accepts. Errors: not_possible (a name that is not known, a value that
// does not fit its type).
Result<TrapPdu> trap_pdu(const Json& data);

}  // namespace pscheduler::plugins
