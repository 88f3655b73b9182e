#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "cli/troubleshoot/archiving_check.hpp"
#include "cli/troubleshoot/pair_checks.hpp"
#include "cli/troubleshoot/peer_checks.hpp"
#include "cli/troubleshoot/statistics.hpp"
#include "cli/troubleshoot/trial_task.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::int64_t kStatusSince = 4;  // API level

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "troubleshoot",
      "[OPTIONS] [HOST2]",
      "Checks step by step that a host can measure, and with HOST2 that two hosts can measure together: "
      "names, "
      "the path between them, pScheduler and its services, clocks, and a task from its being posted to its "
      "result. Ends at the first fault, telling what to do about it, with exit status 1.",
      {{"host", 0, Takes::text, "HOST", "Host to begin with; the default is this host."},
       {"ip-version", 0, Takes::integer, "4|6", "Look at addresses of this family only."},
       {"quick", 0, Takes::nothing, "", "Leave out the path and the tasks, which take some seconds."},
       {"skip-single", 0, Takes::nothing, "", "Leave out most checks of each host alone; needs HOST2."},
       {"stats", 0, Takes::nothing, "", "Show the hosts' counters as well."}},
      {{"Is all well on this host?", "pscheduler troubleshoot"},
       {"Why can these two not measure together?",
        "pscheduler troubleshoot --host ps1.example.org ps2.example.org"},
       {"The same in a second or two",
        "pscheduler troubleshoot --quick --host ps1.example.org ps2.example.org"}}};
  return table;
}

struct Order {
  std::string base;
  std::string other;  // empty: one host
  IpVersion version = IpVersion::any;
  bool quick = false;
  bool skip_single = false;
  bool stats = false;
};

Result<Order> order_of(const Context& context, const CommandLine& line) {
  Order order;
  const auto base = line.has("host") ? Result<std::string>(*line.value("host")) : local_host(context);
  if (!base) return fail(base.error());
  order.base = *base;
  if (!line.words().empty()) order.other = line.words().front();
  const auto version = line.integer("ip-version");
  if (version && *version != 4 && *version != 6) {
    return fail(Errc::invalid_argument,
                "--ip-version " + std::to_string(*version) + " is unknown; use 4 or 6");
  }
  if (version) order.version = *version == 4 ? IpVersion::v4 : IpVersion::v6;
  order.quick = line.has("quick");
  order.skip_single = line.has("skip-single");
  order.stats = line.has("stats");
  if (order.skip_single && order.other.empty()) {
    return fail(Errc::invalid_argument, "--skip-single leaves nothing to check; name a second host");
  }
  return order;
}

bool show_statistics(Context& context, const std::string& host) {
  return show_check(context, "Reading its counters", [&](const Stage&) {
    const auto text = statistics_text(context, host);
    return text ? good("\n" + text->substr(0, text->size() - 1)) : bad(text.error().message, "");
  });
}

// What a host says of itself.
bool check_state(Context& context, const std::string& host) {
  const auto step = [&](const std::string& label, auto check) {
    return show_check(context, label, [&](const Stage&) { return check(); });
  };
  Json status;
  return step("Asking for the state of its services", [&] { return check_status(context, host, status); }) &&
         step("Seeing that they are on time", [&] { return check_services(host, status); }) &&
         step("Seeing that its limits can be used", [&] { return check_limits(host, status); }) &&
         step("Seeing that the hosts it calls answer", [&] { return check_peers(context, host); }) &&
         step("Seeing that results arrive", [&] { return check_archiving(context, host); }) &&
         step("Last run scheduled", [&] { return last_run(context, status, "last-scheduled"); }) &&
         step("Last run completed", [&] { return last_run(context, status, "last-finished"); });
}

bool check_host(Context& context, const Order& order, const std::string& local, const std::string& host) {
  const auto step = [&](const std::string& label, auto check) {
    return show_check(context, label, [&](const Stage& say) { return check(say); });
  };
  const bool whole = !order.skip_single;
  std::int64_t level = 0;
  context.out << "\nChecking " << host << "\n";
  if (!is_literal(host) &&
      !step("Looking up its addresses", [&](auto&) { return check_name(context, host, order.version); })) {
    return false;
  }
  if (whole && !order.quick && host != local &&
      !step("Measuring the MTU from here", [&](auto&) { return check_mtu(context, local, host); })) {
    return false;
  }
  if (!step("Looking for pScheduler", [&](auto&) { return check_presence(context, host); }) ||
      !step("Asking for its API level", [&](auto&) { return check_level(context, host, level); }) ||
      !step("Reading its clock", [&](auto&) { return check_clock(context, host); })) {
    return false;
  }
  if (!whole) return true;
  if (!step("Exercising its API", [&](const Stage& say) { return check_plugins(context, host, say); })) {
    return false;
  }
  if (level >= kStatusSince && !check_state(context, host)) return false;
  if (order.stats && !show_statistics(context, host)) return false;
  return order.quick || step("Idling for a second",
                             [&](const Stage& say) { return check_task(context, host, idle_trial(), say); });
}

bool check_pair(Context& context, const Order& order) {
  const std::string& one = order.base;
  const std::string& other = order.other;
  const auto step = [&](const std::string& label, auto check) {
    return show_check(context, label, [&](const Stage& say) { return check(say); });
  };
  context.out << "\nChecking " << one << " and " << other << "\n";
  if (!step("Comparing address families",
            [&](auto&) { return check_family(context, one, other, order.version); })) {
    return false;
  }
  if (!order.quick &&
      !step("Measuring the MTU between them", [&](auto&) { return check_mtu(context, one, other); })) {
    return false;
  }
  if (!step("Comparing their clocks", [&](auto&) { return check_clocks(context, one, other); })) return false;
  return order.quick || step("Sending a text from one to the other", [&](const Stage& say) {
           return check_task(context, one, stream_trial(one, other, order.version), say);
         });
}

}  // namespace

int troubleshoot_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  auto order = order_of(context, *line);
  if (!order) return fail_with(context, order.error());
  const auto local = local_host(context);
  if (!local) return fail_with(context, local.error());
  context.tells_progress = false;  // the steps do
  if (order->other == order->base) {
    context.out << order->other << " is the host to begin with; checking it alone.\n";
    order->other.clear();
    order->skip_single = false;
  }
  if (!check_host(context, *order, *local, order->base)) return kExitFailure;
  if (!order->other.empty() &&
      (!check_host(context, *order, *local, order->other) || !check_pair(context, *order))) {
    return kExitFailure;
  }
  context.out << "\nAll is well" << (order->other.empty() ? ".\n" : ", also between the two.\n")
              << std::flush;
  return kExitOk;
}

}  // namespace pscheduler::cli
