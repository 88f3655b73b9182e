#include <algorithm>
#include <ostream>

#include "cli/clock_reading.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr long kDefaultSeconds = 15;
constexpr Duration kSafeDifference = std::chrono::seconds(1);  // beyond it, runs may miss each other
constexpr std::size_t kLabelColumns = 10;
constexpr std::size_t kStateColumns = 14;

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "clock",
      "[OPTIONS] [HOST...]",
      "Shows the clocks of hosts as their servers see them, and compares them. A single host is compared "
      "with "
      "this one. All are asked at once. A difference of a second or more is unsafe for measurements between "
      "them and sets exit status 1.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"timeout", 'W', Takes::integer, "SECONDS", "How long to wait for answers; the default is 15."}},
      {{"This host's clock", "pscheduler clock"},
       {"Does mine agree with another?", "pscheduler clock ps.example.org"},
       {"Do the nodes of a mesh agree?",
        "pscheduler clock ps1.example.org ps2.example.org ps3.example.org"}}};
  return table;
}

void show(Context& context, const ClockReading& reading) {
  context.out << pad("clock", kLabelColumns) << " " << reading.time << " "
              << pad(reading.state, kStateColumns) << " " << reading.host << "\n";
  if (reading.error) {
    context.out << pad("error", kLabelColumns) << " " << reading.host << " " << *reading.error << "\n";
  }
}

// Of all hosts the two that are farthest apart; of two hosts no more need be said than how far.
int compare(Context& context, const std::vector<ClockReading>& readings, bool name_them) {
  const auto earlier = [](const ClockReading& one, const ClockReading& other) {
    return one.offset < other.offset;
  };
  const auto [behind, ahead] = std::minmax_element(readings.begin(), readings.end(), earlier);
  const Duration difference = ahead->offset - behind->offset;
  const bool safe = difference < kSafeDifference;
  context.out << pad("difference", kLabelColumns) << " " << format_duration(difference) << " "
              << (safe ? "safe" : "unsafe");
  if (name_them && difference > Duration::zero()) {
    context.out << ", " << ahead->host << " being ahead of " << behind->host;
  }
  context.out << "\n";
  return safe ? kExitOk : kExitFailure;
}

}  // namespace

int clock_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  const long seconds = line->integer("timeout").value_or(kDefaultSeconds);
  if (seconds < 1) {
    return fail_with(context, "--timeout " + std::to_string(seconds) + " must be 1 or more seconds");
  }
  Words hosts = line->words();
  if (hosts.size() < 2) {
    const auto local = context.environment.variable("PSCHEDULER_LOCALHOST").value_or("");
    hosts.insert(hosts.begin(), local.empty() ? "localhost" : local);
  }
  CallOptions options;
  options.bind = line->value("bind");
  options.time_limit = std::chrono::seconds(seconds);
  const auto replies = ask_hosts(context, hosts, "clock", options);
  if (!replies) return fail_with(context, replies.error());

  int status = kExitOk;
  std::vector<ClockReading> readings;
  for (const auto& reply : *replies) {
    auto reading = read_clock(context, reply);
    if (!reading) {
      status = fail_with(context, reading.error());
      continue;
    }
    show(context, *reading);
    readings.push_back(std::move(*reading));
  }
  if (readings.size() < 2) return status;
  const int compared = compare(context, readings, hosts.size() > 2);
  return status == kExitOk ? compared : status;
}

}  // namespace pscheduler::cli
