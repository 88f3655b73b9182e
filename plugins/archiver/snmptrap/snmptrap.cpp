// snmptrap: sends an SNMP trap for each result. What is here judges the data.

#include "snmptrap.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::size_t kKeyBytesMin = 8;  // RFC 3414, 11.2

tl::unexpected<Error> refuse(std::string_view place, std::string_view why) {
  return fail(Errc::invalid_argument, fmt::format("At /{}: {}", place, why));
}

Result<void> check_key(const Json& data, std::string_view member) {
  const auto key = json::find_string(data, member);
  if (key && key->size() < kKeyBytesMin)
    return refuse(member, fmt::format("has fewer than {} characters, which SNMP demands", kKeyBytesMin));
  return {};
}

Result<void> check_user(const Json& data) {
  if (!json::find_string(data, "security-name"))
    return refuse("security-name", "is missing; version 3 needs the name of a user");
  const bool authenticates = json::find_string(data, "_auth-key").has_value();
  const bool encrypts = json::find_string(data, "_priv-key").has_value();
  if (encrypts && !authenticates) return refuse("_auth-key", "is missing; _priv-key needs it, too");
  const auto level = json::find_string(data, "security-level").value_or("");
  if (level.starts_with("auth") && !authenticates)
    return refuse("_auth-key", fmt::format("is missing; security-level {} needs it", level));
  if (level == "authPriv" && !encrypts)
    return refuse("_priv-key", "is missing; security-level authPriv needs it");
  PSCHEDULER_TRY(check_key(data, "_auth-key"));
  return check_key(data, "_priv-key");
}

}  // namespace

SnmpVersion snmp_version(const Json& data) {
  const bool has_user = json::find_string(data, "security-name").has_value();
  const auto version = json::find_string(data, "version").value_or(has_user ? "3" : "2c");
  if (version == "3") return SnmpVersion::v3;
  return version == "1" ? SnmpVersion::v1 : SnmpVersion::v2c;
}

Result<void> check_snmptrap_data(const Json& data) {
  static const auto schema = data_schema("snmptrap-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  const auto dest = HostPort::parse(json::find_string(data, "dest").value_or(""), BareIpv6::accepted);
  if (!dest || dest->port == 0) {
    return refuse("dest",
                  "is no host with an optional port, such as 'traps.example', '192.0.2.1:1162' or "
                  "'2001:db8::1'");
  }
  if (snmp_version(data) == SnmpVersion::v3) return check_user(data);
  if (!json::find_string(data, "_community"))
    return refuse("_community", "is missing; give it, or a security-name for version 3");
  return {};
}

extern const sdk::ArchiverPlugin archiver_snmptrap;
constinit const sdk::ArchiverPlugin archiver_snmptrap{
    .identity = {"snmptrap", "Send an SNMP trap for each result"},
    .check_data = &check_snmptrap_data,
};

}  // namespace pscheduler::plugins
