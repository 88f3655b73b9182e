#include <nlohmann/json.hpp>

#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
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
      "[OPTIONS] [HOST [HOST]]",
      "Shows the clocks of one or two hosts as their servers see them, and compares two. One host is "
      "compared with "
      "this one. A difference of a second or more is unsafe for measurements between them and sets exit "
      "status 1.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"timeout", 'W', Takes::integer, "SECONDS", "How long to wait for each answer; the default is 15."}},
      {{"This host's clock", "pscheduler clock"},
       {"Does mine agree with another?", "pscheduler clock ps.example.org"},
       {"Do two others agree?", "pscheduler clock ps1.example.org ps2.example.org"}}};
  return table;
}

struct Reading {
  std::string host;
  std::string time;
  std::string state;
  std::optional<std::string> error;
  Duration offset{};  // from our steady clock in the middle of the question, as asking itself takes time
};

Result<Reading> read_clock(Context& context, const std::string& host, const CallOptions& options) {
  const auto url = api_url(host, "clock");
  if (!url) return fail(url.error());
  const Duration asked = context.environment.steady();
  const Reply reply = context.server.get(*url, {}, options);
  const Duration middle = asked + (context.environment.steady() - asked) / 2;
  if (reply.status != 200) return fail(Errc::unreachable, server_trouble(context, host, reply));

  const auto clock = json_of(reply);
  if (!clock) return fail(Errc::invalid_argument, host + ": " + clock.error().message);
  Reading reading;
  reading.host = host;
  reading.time = text_or(*clock, "time", "");
  const auto at = parse_timestamp(reading.time, Zone::utc(), TimestampForm::body);
  if (!at)
    return fail(Errc::invalid_argument, host + " answered without a usable time: " + at.error().message);
  reading.offset = at->time_since_epoch() - middle;
  reading.error = text_member(*clock, "error");
  reading.state = reading.error                         ? "error"
                  : flag_member(*clock, "synchronized") ? "synchronized"
                                                        : "unsynchronized";
  return reading;
}

void show(Context& context, const Reading& reading) {
  context.out << pad("clock", kLabelColumns) << " " << reading.time << " "
              << pad(reading.state, kStateColumns) << " " << reading.host << "\n";
  if (reading.error) {
    context.out << pad("error", kLabelColumns) << " " << reading.host << " " << *reading.error << "\n";
  }
}

}  // namespace

int clock_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 2) return show_usage(context, syntax(), line->words());
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
  std::vector<Reading> readings;
  for (const auto& host : hosts) {
    auto reading = read_clock(context, host, options);
    if (!reading) return fail_with(context, reading.error());
    show(context, *reading);
    readings.push_back(std::move(*reading));
  }
  if (readings.size() < 2) return kExitOk;
  const Duration difference = std::chrono::abs(readings[0].offset - readings[1].offset);
  const bool safe = difference < kSafeDifference;
  context.out << pad("difference", kLabelColumns) << " " << format_duration(difference) << " "
              << (safe ? "safe" : "unsafe") << "\n";
  return safe ? kExitOk : kExitFailure;
}

}  // namespace pscheduler::cli
