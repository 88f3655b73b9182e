#include <algorithm>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/hosts_asked.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"

namespace pscheduler::cli {
namespace {

constexpr long kDefaultSeconds = 5;

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "ping",
      "[OPTIONS] [HOST...]",
      "Tells whether pScheduler runs on hosts; without any, on this host. All are asked at once. Exit status "
      "0 "
      "when it runs on all of them, 1 when not.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"quiet", 'q', Takes::nothing, "", "Print nothing, only set the exit status."},
       {"timeout", 'W', Takes::integer, "SECONDS", "How long to wait for answers; the default is 5."}},
      {{"Is this host's server there?", "pscheduler ping"},
       {"Ask another, but not for long", "pscheduler ping --timeout 2 ps.example.org"},
       {"All nodes of a mesh", "pscheduler ping ps1.example.org ps2.example.org ps3.example.org"},
       {"In a script", "pscheduler ping --quiet ps.example.org && echo up"}}};
  return table;
}

// One line of the table for several hosts.
std::string row_of(const Context& context, const HostReply& host, std::size_t columns) {
  const auto label = pad(host.host, columns) + "  ";
  const auto alive = judge_alive(context, host.host, host.reply);
  if (alive) {
    const auto took = std::chrono::ceil<std::chrono::milliseconds>(host.took).count();
    return label + "alive  answered in " + std::to_string(took) + " ms";
  }
  std::string reason = host.reply.reached ? alive.error().message : host.reply.body;
  const auto prefix = host.host + ": ";
  if (reason.starts_with(prefix)) reason.erase(0, prefix.size());
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  return label + "down   " + reason;
}

int show_table(Context& context, const std::vector<HostReply>& replies, bool quiet) {
  std::size_t columns = 0;
  for (const auto& host : replies) columns = std::max(columns, columns_of(host.host));
  int status = kExitOk;
  for (const auto& host : replies) {
    if (!judge_alive(context, host.host, host.reply)) status = kExitFailure;
    if (!quiet) context.out << row_of(context, host, columns) << "\n";
  }
  return status;
}

}  // namespace

int ping_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  const long seconds = line->integer("timeout").value_or(kDefaultSeconds);
  if (seconds < 1) {
    return fail_with(context, "--timeout " + std::to_string(seconds) + " must be 1 or more seconds");
  }
  Words hosts = line->words();
  if (hosts.empty()) {
    const auto local = local_host(context);
    if (!local) return fail_with(context, local.error());
    hosts.push_back(*local);
  }
  CallOptions options;
  options.bind = line->value("bind");
  options.time_limit = std::chrono::seconds(seconds);
  const auto replies = ask_hosts(context, hosts, "", options);
  if (!replies) return fail_with(context, replies.error());
  const bool quiet = line->has("quiet");
  if (replies->size() > 1) return show_table(context, *replies, quiet);

  const auto& host = replies->front();
  const auto alive = judge_alive(context, host.host, host.reply);
  if (!alive) return quiet ? kExitFailure : fail_with(context, alive.error());
  if (!quiet) context.out << host.host << ": pScheduler is alive\n";
  return kExitOk;
}

}  // namespace pscheduler::cli
