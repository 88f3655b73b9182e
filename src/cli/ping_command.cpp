#include <ostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"

namespace pscheduler::cli {
namespace {

constexpr long kDefaultSeconds = 5;

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "ping",
      "[OPTIONS] [HOST]",
      "Tells whether pScheduler runs on a host; without one, on this host. Exit status 0 when it does, 1 "
      "when not.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the request from."},
       {"quiet", 'q', Takes::nothing, "", "Print nothing, only set the exit status."},
       {"timeout", 'W', Takes::integer, "SECONDS", "How long to wait for an answer; the default is 5."}},
      {{"Is this host's server there?", "pscheduler ping"},
       {"Ask another, but not for long", "pscheduler ping --timeout 2 ps.example.org"},
       {"In a script", "pscheduler ping --quiet ps.example.org && echo up"}}};
  return table;
}

}  // namespace

int ping_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  const long seconds = line->integer("timeout").value_or(kDefaultSeconds);
  if (seconds < 1) {
    return fail_with(context, "--timeout " + std::to_string(seconds) + " must be 1 or more seconds");
  }
  std::string host;
  if (line->words().empty()) {
    const auto local = local_host(context);
    if (!local) return fail_with(context, local.error());
    host = *local;
  } else {
    host = line->words().front();
  }

  CallOptions options;
  options.bind = line->value("bind");
  options.time_limit = std::chrono::seconds(seconds);
  const auto alive = check_alive(context, host, options);
  const bool quiet = line->has("quiet");
  if (!alive) return quiet ? kExitFailure : fail_with(context, alive.error());
  if (!quiet) context.out << host << ": pScheduler is alive\n";
  return kExitOk;
}

}  // namespace pscheduler::cli
