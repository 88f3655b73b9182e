#include "trap_pdu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "archiver/snmptrap/snmptrap.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "snmp_library.hpp"

namespace pscheduler::plugins {
namespace {

const SnmpOid kUptime{1, 3, 6, 1, 2, 1, 1, 3, 0};         // sysUpTime.0
const SnmpOid kTrapOid{1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0};  // snmpTrapOID.0
const SnmpOid kGenericTraps{1, 3, 6, 1, 6, 3, 1, 1, 5};   // snmpTraps
constexpr int kGenericTrapsMax = 6;                       // coldStart.1 to egpNeighborLoss.6

// How the library calls types.
constexpr char kByModule = '=';
constexpr std::array<std::pair<std::string_view, char>, 10> kTypes{{{"Integer", 'i'},
                                                                    {"Unsigned32", 'u'},
                                                                    {"Gauge32", 'u'},
                                                                    {"Counter32", 'c'},
                                                                    {"Counter64", 'C'},
                                                                    {"TimeTicks", 't'},
                                                                    {"IpAddress", 'a'},
                                                                    {"ObjectIdentifier", 'o'},
                                                                    {"OctetString", 's'},
                                                                    {"HexString", 'x'}}};

// The type of a value when neither the data nor a module say it.
char natural_type(const Json& value) {
  if (value.is_boolean()) return 'i';
  const auto number = json::as_integer(value);
  if (!number) return 's';
  using Small = std::numeric_limits<std::int32_t>;
  if (*number >= Small::min() && *number <= Small::max()) return 'i';
  if (*number > 0 && *number <= std::numeric_limits<std::uint32_t>::max()) return 'u';
  return *number > 0 ? 'C' : 's';
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "1" : "2";  // TruthValue of SNMPv2-TC
  const auto number = json::as_integer(value);
  return number ? fmt::format("{}", *number) : json::to_compact(value);
}

bool add(netsnmp_pdu& pdu, const SnmpOid& name, char type, const std::string& value) {
  return snmp_add_var(&pdu, name.data(), name.size(), type, value.c_str()) == 0;
}

std::string dotted(const SnmpOid& name) {
  return fmt::format(".{}", fmt::join(name, "."));
}

Result<void> add_variable(netsnmp_pdu& pdu, const Json& data, const Json& variable) {
  const auto given = json::find_string(variable, "oid").value_or("");
  auto name = parse_snmp_oid(given);
  if (!name) return fail(std::move(name.error()));
  const auto index = json::find_integer(data, "instance-index");
  const bool has_index = given.find("::") == std::string::npos || given.find('.') != std::string::npos;
  if (index && !has_index) name->push_back(static_cast<unsigned long>(*index));
  const Json& value = *json::find(variable, "value");
  const auto text = text_of(value);
  const auto wanted = json::find_string(variable, "type");
  const auto* const type =
      std::ranges::find(kTypes, wanted.value_or(""), &std::pair<std::string_view, char>::first);
  const bool is_added = type != kTypes.end()
                            ? add(pdu, *name, type->second, text)
                            : add(pdu, *name, kByModule, text) || add(pdu, *name, natural_type(value), text);
  if (is_added) return {};
  return fail(Errc::not_possible, fmt::format("The value of {} does not fit its type{}.", excerpt(given),
                                              wanted ? fmt::format(", {}", *wanted) : ""));
}

// Version 1 tells traps by an enterprise and two numbers (RFC 3584, 3.2).
void name_trap_as_version_1(netsnmp_pdu& pdu, SnmpOid trap) {
  const auto last = trap.back();
  const bool is_generic = trap.size() == kGenericTraps.size() + 1 && last >= 1 && last <= kGenericTrapsMax &&
                          std::equal(kGenericTraps.begin(), kGenericTraps.end(), trap.begin());
  if (is_generic) {
    trap = kGenericTraps;
  } else {
    trap.pop_back();
    if (trap.size() > 1 && trap.back() == 0) trap.pop_back();
  }
  pdu.enterprise = static_cast<oid*>(std::malloc(trap.size() * sizeof(oid)));
  if (pdu.enterprise == nullptr) return;
  std::ranges::copy(trap, pdu.enterprise);
  pdu.enterprise_length = trap.size();
  pdu.trap_type = is_generic ? static_cast<long>(last) - 1 : SNMP_TRAP_ENTERPRISESPECIFIC;
  pdu.specific_type = is_generic ? 0 : static_cast<long>(last);
  pdu.time = static_cast<u_long>(get_uptime());
}

}  // namespace

Result<TrapPdu> trap_pdu(const Json& data) {
  const auto trap = parse_snmp_oid(json::find_string(data, "trap-oid").value_or(""));
  if (!trap) return fail(trap.error());
  const bool is_first = snmp_version(data) == SnmpVersion::v1;
  TrapPdu pdu(snmp_pdu_create(is_first ? SNMP_MSG_TRAP : SNMP_MSG_TRAP2));
  if (!pdu) return fail(Errc::unavailable, "There is not enough memory for a trap.");
  if (is_first) {
    name_trap_as_version_1(*pdu, *trap);
  } else {
    add(*pdu, kUptime, 't', fmt::format("{}", get_uptime()));
    add(*pdu, kTrapOid, 'o', dotted(*trap));
  }
  if (const Json* const variables = json::find_array(data, "trap-varbinds")) {
    for (const Json& variable : *variables) PSCHEDULER_TRY(add_variable(*pdu, data, variable));
  }
  return pdu;
}

}  // namespace pscheduler::plugins
