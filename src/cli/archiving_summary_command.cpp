#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/archiving_summary.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/schedule/range.hpp"
#include "cli/servers.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr Duration kUsualReach = std::chrono::hours(1);
constexpr Duration kLongReach = std::chrono::hours(6);  // beyond it, asking for run after run takes its time

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "archiving-summary",
      "[OPTIONS] [DURATION]",
      "Shows how often the results of a server reached their archives, by archive, over the last hour or as "
      "long as "
      "told. What is still being tried is not counted.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"host", 0, Takes::text, "HOST", "Server to ask; the default is this host."},
       {"to", 0, Takes::text, "TIME",
        "The end of the time looked at; the default is now. UTC unless it names an offset."},
       {"verbose", 0, Takes::nothing, "", "Accepted for older scripts; does nothing."}},
      {{"The last hour", "pscheduler archiving-summary"},
       {"Three hours of yesterday", "pscheduler archiving-summary --to 2030-01-01T12:00:00Z PT3H"}}};
  return table;
}

Result<TimeRange> range_of(const Context& context, const CommandLine& line) {
  Instant end = context.environment.now();
  if (const auto to = line.value("to")) {
    const auto at = parse_timestamp_utc(*to, TimestampForm::query);
    if (!at) return fail(Errc::invalid_argument, "--to: " + at.error().message);
    end = *at;
  }
  Duration reach = kUsualReach;
  if (!line.words().empty()) {
    const auto length = parse_duration(line.words().front());
    if (!length) return fail(length.error());
    reach = *length;
  }
  return TimeRange{end - reach, end};
}

bool is_archived(const Json& entry) {
  if (text_or(entry, "state", "") != "finished") return false;
  const Json* task = member(entry, "task");
  const Json* archives = task == nullptr ? nullptr : member(*task, "archives");
  return archives != nullptr && archives->is_array() && !archives->empty();
}

}  // namespace

int archiving_summary_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > 1) return show_usage(context, syntax(), line->words());
  const auto range = range_of(context, *line);
  if (!range) return fail_with(context, range.error());
  const auto host = line->has("host") ? Result<std::string>(*line->value("host")) : local_host(context);
  if (!host) return fail_with(context, host.error());
  const auto url = api_url(*host, "schedule");
  if (!url) return fail_with(context, url.error());
  if (range->length() > kLongReach)
    context.err << "This may take a while; each run is asked for.\n" << std::flush;

  CallOptions call;
  call.bind = line->value("bind");
  const Reply reply = context.server.get(*url, range_parameters(*range), call);
  if (reply.status != 200) return fail_with(context, server_trouble(context, *host, reply));
  const auto entries = json_of(reply);
  if (!entries) return fail_with(context, *host + ": " + entries.error().message);
  if (!entries->is_array()) return fail_with(context, *host + " answered with something that is no schedule");
  ArchivingSummary summary;
  for (const auto& entry : *entries) {
    if (!is_archived(entry)) continue;
    const auto run = fetch_json(context, text_or(entry, "href", ""), {}, call);
    if (run) {
      summary.count(*run);
    } else if (run.error().code != Errc::not_found) {  // it may have been forgotten meanwhile
      return fail_with(context, run.error());
    }
  }
  context.out << (summary.empty() ? "Nothing was archived since " + format_timestamp_z(range->start) + "\n"
                                  : summary.text());
  return kExitOk;
}

}  // namespace pscheduler::cli
