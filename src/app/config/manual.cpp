#include <fmt/format.h>

#include <string_view>

#include "app/config/values.hpp"

namespace pscheduler::app {
namespace {

constexpr std::string_view kOperation = R"(
## Operate it

**Service.** `cmake --install` puts a systemd unit in place: `systemd-sysusers && systemctl daemon-reload &&
systemctl enable --now pschedulerd` starts it as the user `pscheduler` with its data in `/var/lib/pscheduler`.
Without systemd, start `pschedulerd` from whatever keeps programs running; it stays in the foreground.

**Where it listens.** Unless told otherwise on `127.0.0.1:8443` and `[::1]:8443`, for this host only. The
command `pscheduler` looks for this host's server on port 443 of the host's name, where a node that others can
reach listens. For any other address tell it:

```
export PSCHEDULER_LOCALHOST=127.0.0.1:8443
```

**TLS.** Without `tls-certificate` and `tls-key`, a self-signed certificate is made at the first start and kept
in `tls/certificate.pem` and `tls/key.pem` of the data directory; delete both to have new ones made at the next
start. Clients and nodes of pScheduler do not verify certificates. New files are read at a restart.

| Signal | Effect |
|---|---|
| TERM, INT | ends the daemon: nothing new is started, tools get 5 s to end by themselves, what they gave is stored |
| USR1, USR2 | also logs debug lines; logs what `log-level` says again |
| HUP | looks again which plug-ins there are and what they can do: after programs that tools use were installed or removed. A changed configuration is read at a restart, changed configurables and directories of plug-ins at once |

| Exit status | Meaning |
|---|---|
| 0 | ended as asked; `--check` found nothing wrong |
| 1 | could not start or go on, or the configuration is wrong; stderr says what |
| 2 | an option of the command line was wrong |

**Log.** One line an event on stderr: time in UTC, level, id, text, then fields. Search for the ids; they never
change. Keys and passwords are shown as `***`. Worth an alarm: every ERROR, `STORE_FULL`, `PLUGIN_UNUSABLE`,
`HTTP_ACCEPT_PAUSED`, `ARCHIVING_STALLED`.

```
2030-05-01T12:00:00.031Z INFO SERVER_READY "Ready to serve" addresses=127.0.0.1:8443 data_directory=/var/lib/pscheduler
```

**Backup.** Everything is in `pscheduler.sqlite` in the data directory. Copy the directory while the daemon is
stopped, or take a copy while it runs:

```
sqlite3 /var/lib/pscheduler/pscheduler.sqlite ".backup '/srv/backup/pscheduler.sqlite'"
```

To restore it, stop the daemon, remove `pscheduler.sqlite-wal` and `pscheduler.sqlite-shm`, put the copy in
place with its owner, and start.

**More.** Where results are sent, and what archivers may reach: [archiving.md](archiving.md). How long results are
kept, pausing a node, what happens at a restart and how large the database gets: [operating.md](operating.md).
)";

}  // namespace

std::string config_manual() {
  std::string text =
      "# Configuration\n"
      "\n"
      "`pschedulerd` reads `/etc/pscheduler/pschedulerd.json`, or the file named by `--config`. Every key "
      "is\n"
      "optional; members whose name begins with `#` are comments. Each key is also an option of the command\n"
      "line, which wins: `--listen 0.0.0.0:443`. Lists are JSON arrays in the file and repeated options on "
      "the\n"
      "command line. Durations are written as in ISO 8601: `PT30S`, `P2D`. Relative paths begin at the "
      "current\n"
      "directory.\n"
      "\n"
      "`pschedulerd --check` says everything that is wrong at once; `pschedulerd --print-config` shows what "
      "is\n"
      "in force.\n"
      "\n"
      "```json\n"
      "{\n"
      "    \"schema\": 1,\n"
      "    \"# reachable for others\": \"on the port they expect\",\n"
      "    \"listen\": [\"0.0.0.0:443\", \"[::]:443\"],\n"
      "    \"max-parallel-runs\": 50\n"
      "}\n"
      "```\n"
      "\n"
      "| Key | Value | Default | Meaning |\n"
      "|---|---|---|---|\n";
  for (const auto& key : config_keys()) {
    const auto preset =
        key.preset_text.empty() ? fmt::format("`{}`", key.preset) : std::string(key.preset_text);
    text += fmt::format("| `{}` | {} | {} | {} |\n", key.name, type_text(key), preset, key.help);
  }
  return text.append(kOperation);
}

}  // namespace pscheduler::app
