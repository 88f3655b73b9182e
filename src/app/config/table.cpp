#include "app/config/table.hpp"

#include <algorithm>

namespace pscheduler::app {
namespace {

constexpr ConfigKey kKeys[] = {
    {.name = "listen",
     .target = &Config::listen,
     .preset = "127.0.0.1:8443 [::1]:8443",
     .preset_text = "127.0.0.1:8443 and [::1]:8443: this host only",
     .help =
         "Address and port to listen on; may be given several times. 0.0.0.0:443 and [::]:443 make the node "
         "reachable for others on the port they expect. Port 0 takes a free one and logs it."},
    {.name = "hostname",
     .target = &Config::host_name,
     .preset_text = "the host's name",
     .help = "What the node calls itself, with :PORT when others must use another port than 443."},
    {.name = "plain-http",
     .target = &Config::plain_http,
     .preset = "false",
     .help = "Speaks HTTP instead of HTTPS, as behind a proxy that adds TLS; only when every listen address "
             "is a loopback "
             "one. The command pscheduler and other nodes speak HTTPS alone."},
    {.name = "tls-certificate",
     .target = &Config::tls_certificate,
     .preset_text = "a self-signed one, made at the first start and kept in data-dir",
     .help = "PEM file with the certificate and its chain; goes with tls-key."},
    {.name = "tls-key",
     .target = &Config::tls_key,
     .preset_text = "the one of that certificate",
     .help = "PEM file with the private key; goes with tls-certificate."},
    {.name = "data-dir",
     .target = &Config::data_directory,
     .preset_text = "/var/lib/pscheduler where this user may write, else $XDG_STATE_HOME/pschedulerd or "
                    "~/.local/state/pschedulerd",
     .help = "Directory of the database and the TLS key. One daemon at a time."},
    {.name = "plugins",
     .target = &Config::plugins,
     .preset_text = "those that came with the program, then /usr/lib/pscheduler/classes and "
                    "/usr/libexec/pscheduler/classes",
     .help =
         "Directory with the classes of plug-ins; may be given several times. Of two plug-ins with one name "
         "the first counts."},
    {.name = "configurables",
     .target = &Config::configurables,
     .preset = "/etc/pscheduler/configurables.conf",
     .help =
         "File with values of keep-runs-tasks and run-straggle that are read again whenever it changes and "
         "override those given here; it need not exist."},
    {.name = "limits",
     .target = &Config::limits,
     .preset = "/etc/pscheduler/limits.conf",
     .help = "File that says who may run what; it is read again whenever it changes. Without it everybody "
             "may run "
             "everything; while it is not valid, everything is refused."},
    {.name = "strict-limits",
     .target = &Config::strict_limits,
     .preset = "false",
     .help = "Mends weaknesses of limits files that existing ones may lean on; see docs/limits.md."},
    {.name = "default-archives",
     .target = &Config::default_archives,
     .preset = "/etc/pscheduler/default-archives",
     .help = "Directory of archives to which the results of all tasks go that this host leads, one "
             "specification in each file; it is read again whenever it changes. See docs/archiving.md."},
    {.name = "requester-keys",
     .target = &Config::requester_keys,
     .preset_text = "none: nobody",
     .help = "File with the keys of proxies that may ask on behalf of others; see docs/limits.md. Only its "
             "owner and group may have access to it. It is read at the start."},
    {.name = "resolver",
     .target = &Config::resolver,
     .preset_text = "the system's",
     .help = "DNS server to ask, as address and port."},
    {.name = "max-parallel-runs",
     .target = &Config::max_parallel_runs,
     .preset = "100",
     .least = "1",
     .most = "10000",
     .unit = "runs",
     .help = "Tools that run at once; further runs wait until run-straggle and are then missed. Tools that "
             "stream results are counted apart, with the same bound."},
    {.name = "max-tasks",
     .target = &Config::max_tasks,
     .preset = "50000",
     .least = "1",
     .most = "1000000",
     .unit = "tasks",
     .help = "Tasks that have something left to do here at once; further ones are answered with 503."},
    {.name = "max-archivings",
     .target = &Config::max_archivings,
     .preset = "500000",
     .least = "1",
     .most = "10000000",
     .unit = "archivings",
     .help =
         "Results that wait to be archived; while there are so many, tasks with archives are answered with "
         "503. Those taken on before go on."},
    {.name = "archiving-stalled-after",
     .target = &Config::archiving_stalled_after,
     .preset = "PT15M",
     .least = "PT1M",
     .most = "P365D",
     .help = "A destination of results that has taken none for so long while some wait for it is told of in "
             "the log."},
    {.name = "run-straggle",
     .target = &Config::run_straggle,
     .preset = "PT30S",
     .least = "PT1S",
     .most = "PT1H",
     .help = "How late a run may start before it is missed."},
    {.name = "schedule-horizon",
     .target = &Config::schedule_horizon,
     .preset = "P1D",
     .least = "PT1M",
     .most = "P365D",
     .help = "How far ahead runs are put on the schedule."},
    {.name = "keep-runs-tasks",
     .target = &Config::keep_runs_tasks,
     .preset = "P2D",
     .least = "PT1M",
     .most = "P3650D",
     .help =
         "How long runs with their results are kept after their end, and tasks after their last run or their "
         "cancellation."},
    {.name = "body-bytes-max",
     .target = &Config::body_bytes_max,
     .preset = "8388608",
     .least = "65536",
     .most = "1073741824",
     .unit = "bytes",
     .help = "Largest body of a request; larger ones are answered with 413."},
    {.name = "connections-max",
     .target = &Config::connections_max,
     .preset = "1000",
     .least = "10",
     .most = "100000",
     .unit = "connections",
     .help = "Client connections at once; further ones are closed. Some are kept free for this host's own."},
    {.name = "connections-per-address-max",
     .target = &Config::connections_per_address_max,
     .preset = "250",
     .least = "1",
     .most = "100000",
     .unit = "connections",
     .help = "Client connections at once from one IPv4 address or one IPv6 /64."},
    {.name = "store-synchronous",
     .target = &Config::store_synchronous,
     .preset = "full",
     .help = "What is safe when it is acknowledged: full survives power loss; normal survives a crash of the "
             "program but may lose the last seconds at power loss, and spares flash cards."},
    {.name = "store-cache",
     .target = &Config::store_cache,
     .preset = "2097152",
     .least = "262144",
     .most = "4294967296",
     .unit = "bytes",
     .help = "Memory for pages of the database, for each of its three connections."},
    {.name = "log-level",
     .target = &Config::log_level,
     .preset = "info",
     .help = "The lowest level that is logged: debug, info, warning or error."},
};

}  // namespace

std::span<const ConfigKey> config_keys() {
  return kKeys;
}

const ConfigKey* find_config_key(std::string_view name) {
  const auto* const found = std::find_if(std::begin(kKeys), std::end(kKeys),
                                         [&](const ConfigKey& key) { return key.name == name; });
  return found == std::end(kKeys) ? nullptr : found;
}

}  // namespace pscheduler::app
