#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/monitor/monitor.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::chrono::seconds kProbeLimit{5};

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "monitor",
      "[OPTIONS]",
      "Shows the runs of a server as they come and go, in place: what is over, what runs now, what comes "
      "next. "
      "Keys: q, Esc or Ctrl-C ends; space asks the server now; f or / filters by text, Esc takes the filter "
      "back; "
      "arrows, PgUp and PgDn scroll, Home goes back.",
      {{"absolute", 0, Takes::nothing, "", "Show times as the server gives them."},
       {"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"color", 0, Takes::nothing, "", "Colour the states; this is the default."},
       {"delta", 0, Takes::nothing, "", "Show times relative to now; this is the default."},
       {"host", 0, Takes::text, "HOST", "Server to look at; the default is this host."},
       {"no-color", 0, Takes::nothing, "", "Show no colours."},
       {"past", 0, Takes::integer, "PERCENT",
        "How much of the room beside what runs now is for past runs; the default is 50."},
       {"refresh", 0, Takes::integer, "SECONDS", "How often to ask the server; the default is 3."}},
      {{"Watch this host", "pscheduler monitor"},
       {"Another host, with what is to come above all",
        "pscheduler monitor --host ps.example.org --past 10"}}};
  return table;
}

Result<MonitorOrder> order_of(const CommandLine& line) {
  MonitorOrder order;
  const long past = line.integer("past").value_or(static_cast<long>(order.settings.past_percent));
  if (past < 0 || past > 100) {
    return fail(Errc::invalid_argument, "--past " + std::to_string(past) + " must be a percentage, 0 to 100");
  }
  const long refresh = line.integer("refresh").value_or(order.refresh.count());
  if (refresh < 1 || refresh > kRefreshMax.count()) {
    return fail(Errc::invalid_argument, "--refresh " + std::to_string(refresh) + " must be 1 to " +
                                            std::to_string(kRefreshMax.count()) + " seconds");
  }
  order.settings.past_percent = static_cast<std::size_t>(past);
  order.refresh = std::chrono::seconds(refresh);
  order.settings.colours = !line.has("no-color");
  order.settings.deltas = !line.has("absolute");
  order.call.bind = line.value("bind");
  order.call.time_limit = kProbeLimit;
  return order;
}

}  // namespace

int monitor_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (!line->words().empty()) return show_usage(context, syntax(), line->words());
  auto order = order_of(*line);
  if (!order) return fail_with(context, order.error());
  const auto host = line->has("host") ? Result<std::string>(*line->value("host")) : local_host(context);
  if (!host) return fail_with(context, host.error());
  order->host = *host;

  if (const auto alive = check_alive(context, *host, order->call); !alive)
    return fail_with(context, alive.error());
  const auto name_url = api_url(*host, "hostname");
  if (!name_url) return fail_with(context, name_url.error());
  const auto name = fetch_json(context, *name_url, {}, order->call);
  if (!name) return fail_with(context, name.error());
  order->settings.host = name->is_string() ? name->get<std::string>() : *host;

  auto screen = context.environment.open_screen();
  if (!screen) return fail_with(context, screen.error());
  return watch_schedule(context, **screen, *order);
}

}  // namespace pscheduler::cli
