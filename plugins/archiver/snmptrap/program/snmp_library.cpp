#include "snmp_library.hpp"

#include <fmt/format.h>
#include <net-snmp/net-snmp-config.h>

#include <net-snmp/net-snmp-includes.h>

#include <array>
#include <cstdlib>

#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {

void prepare_snmp(const std::string& mib_directories) {
  static const bool is_prepared = [&] {
    constexpr const char* kNowhere = "/dev/null";  // below it there is nothing, and nothing can be made
    setenv("SNMPCONFPATH", kNowhere, 1);
    setenv("SNMP_PERSISTENT_DIR", kNowhere, 1);
    setenv("MIBS", "", 1);  // modules are read when they are named
    setenv("MIBDIRS", mib_directories.c_str(), 1);
    for (const int choice : {NETSNMP_DS_LIB_DONT_READ_CONFIGS, NETSNMP_DS_LIB_DONT_PERSIST_STATE,
                             NETSNMP_DS_LIB_DISABLE_PERSISTENT_LOAD, NETSNMP_DS_LIB_DISABLE_PERSISTENT_SAVE,
                             NETSNMP_DS_LIB_DONT_LOAD_HOST_FILES})
      netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, choice, 1);
    netsnmp_register_loghandler(NETSNMP_LOGHANDLER_NONE, LOG_DEBUG);
    init_snmp("pscheduler");
    return true;
  }();
  static_cast<void>(is_prepared);
}

Result<SnmpOid> parse_snmp_oid(const std::string& text) {
  const auto colons = text.find("::");
  if (colons != std::string::npos) netsnmp_read_module(text.substr(0, colons).c_str());
  const bool is_bare = colons == std::string::npos && !text.starts_with('.');
  std::array<oid, MAX_OID_LEN> parts{};
  std::size_t count = parts.size();
  if (snmp_parse_oid((is_bare ? "." + text : text).c_str(), parts.data(), &count) != nullptr)
    return SnmpOid(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(count));
  return fail(Errc::not_possible,
              fmt::format("{} is not known here: {}.", excerpt(text),
                          colons == std::string::npos ? "it is no object identifier"
                                                      : "no module installed on this host has this name"));
}

}  // namespace pscheduler::plugins
