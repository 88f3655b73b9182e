// pscheduler-snmptrap: the `archive` of snmptrap.

#include <utility>

#include "archiver/snmptrap/snmptrap.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_program.hpp"
#include "shared/plugin_config.hpp"
#include "snmp_library.hpp"
#include "snmp_session.hpp"
#include "trap_pdu.hpp"

namespace pscheduler::plugins {
namespace {

// Where Debian and those who follow the library's ways install modules; not in a user's home.
constexpr std::string_view kMibDirectories =
    "/usr/share/snmp/mibs:/usr/share/snmp/mibs/iana:/usr/share/snmp/mibs/ietf:/var/lib/mibs/iana:"
    "/var/lib/mibs/ietf";

Result<void> send(const Json& record) {
  const auto config = PluginConfig::of_archiver("snmptrap");
  if (!config) return fail(config.error());
  const auto engine_id = snmp_engine_id(config->text("engine-id", ""));
  if (!engine_id) return fail(Errc::unavailable, config->file() + ": " + engine_id.error().message);
  const auto guard = DestinationGuard::load("snmptrap", record, {"engine-id", "mib-directories"});
  if (!guard) return fail(guard.error());
  prepare_snmp(config->text("mib-directories", kMibDirectories));
  auto pdu = trap_pdu(data_of(record));
  if (!pdu) return fail(std::move(pdu.error()));
  return send_trap(data_of(record), std::move(*pdu), *engine_id, *guard);
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_snmptrap_data(data_of(record)); !usable)
    return given_up(usable.error().message);
  return reply_to(record, send(record));
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  return pscheduler::plugins::run_archiver(pscheduler::plugins::archiver_snmptrap,
                                           &pscheduler::plugins::archive, argc, argv);
}
