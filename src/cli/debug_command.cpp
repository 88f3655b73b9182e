#include <algorithm>
#include <array>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

// pScheduler 5.2 has a process for each; here they are one, so that naming any means all.
constexpr std::array kServices{"ticker", "scheduler", "runner", "archiver", "api"};

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "debug",
      "on|off [SERVICE...]",
      "Lets this host's server log in detail what it does, or no longer. The services ticker, scheduler, "
      "runner, archiver and api are one process: naming some of them is the same as naming none.",
      {},
      {{"Look closely for a while", "pscheduler debug on"}, {"And stop that", "pscheduler debug off"}}};
  return table;
}

}  // namespace

int debug_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().empty()) return show_usage(context, syntax(), line->words());
  const auto& wanted = line->words().front();
  if (wanted != "on" && wanted != "off") {
    return fail_with(context, "\"" + excerpt(wanted) + "\" is neither on nor off");
  }
  for (auto word = line->words().begin() + 1; word != line->words().end(); ++word) {
    if (std::find(kServices.begin(), kServices.end(), *word) == kServices.end()) {
      return fail_with(context, "There is no service \"" + excerpt(*word) + "\"; there are " +
                                    join({kServices.begin(), kServices.end()}, ", "));
    }
  }
  const auto host = local_host(context);
  if (!host) return fail_with(context, host.error());
  const auto url = api_url(*host, "debug");
  if (!url) return fail_with(context, url.error());
  const Reply reply = context.server.put(*url, {{"state", wanted == "on" ? "1" : "0"}}, {});
  if (reply.ok()) return kExitOk;
  if (!reply.reached) return fail_with(context, server_trouble(context, *host, reply));
  if (reply.status == 403) {
    return fail_with(
        context,
        *host + " takes this only from its own host; set PSCHEDULER_LOCALHOST to its loopback address");
  }
  return fail_with(context, *host + ": " + refusal(reply));
}

}  // namespace pscheduler::cli
