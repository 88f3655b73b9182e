#pragma once
// What is to be said to net-snmp before it is used: it would read configurations, keep state in files and
// write to stderr.

#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

// An object identifier; its parts are those of the library.
using SnmpOid = std::vector<unsigned long>;

// Once; later calls do nothing. `mib_directories` are separated by colons.
void prepare_snmp(const std::string& mib_directories);

// "1.3.6.1.4.1" or "MODULE::name.1", of a module that is installed. Errors: not_possible.
Result<SnmpOid> parse_snmp_oid(const std::string& text);

}  // namespace pscheduler::plugins
