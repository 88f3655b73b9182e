#include <fmt/format.h>

#include "app/config/values.hpp"

namespace pscheduler::app {

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
  return text;
}

}  // namespace pscheduler::app
