#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/archiving_summary.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/schedule/listing.hpp"
#include "cli/schedule/range.hpp"
#include "cli/servers.hpp"
#include "cli/waiting.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr Duration kUsualReach = std::chrono::hours(1);
constexpr Duration kLongReach = std::chrono::hours(6);  // beyond it, asking for run after run takes its time
constexpr std::size_t kRunsAtOnce = 16;                 // a page of a browser asks for as much

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

// The runs of the schedule that may have been archived: their URLs, as there may be very many.
Result<std::vector<std::string>> archived_runs(Context& context, const std::string& host, TimeRange range,
                                               const CallOptions& call) {
  std::vector<std::string> urls;
  ScheduleListener listener;
  listener.on_entry = [&](const ScheduleEntry& entry) {
    if (entry.state == "finished" && entry.has_archives) urls.push_back(entry.url);
  };
  Waiting waiting(
      context, [&](Duration waited) { return with_seconds("Waiting for the schedule of " + host, waited); });
  PSCHEDULER_TRY(list_schedule(context, host, range_parameters(range), waiting.during(call), listener));
  return urls;
}

// Counts what has become of each; one may have been forgotten meanwhile.
Result<ArchivingSummary> summary_of(Context& context, const std::vector<std::string>& urls,
                                    const CallOptions& call) {
  ArchivingSummary summary;
  std::size_t asked = 0;
  Waiting waiting(context,
                  [&](Duration) { return fmt::format("Asked for {} of {} runs", asked, urls.size()); });
  const auto options = waiting.during(call);
  while (asked < urls.size()) {
    const auto end = std::min(urls.size(), asked + kRunsAtOnce);
    const std::vector<std::string> some(urls.begin() + static_cast<std::ptrdiff_t>(asked),
                                        urls.begin() + static_cast<std::ptrdiff_t>(end));
    const auto replies = context.server.get_all(some, options, {});
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto run = read_json(context, some[i], replies[i].reply);
      if (run)
        summary.count(*run);
      else if (run.error().code != Errc::not_found)
        return fail(run.error());
    }
    asked = end;
  }
  return summary;
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
  if (range->length() > kLongReach)
    context.err << "This may take a while; each run is asked for.\n" << std::flush;

  CallOptions call;
  call.bind = line->value("bind");
  const auto urls = archived_runs(context, *host, *range, call);
  if (!urls) return fail_with(context, urls.error());
  const auto summary = summary_of(context, *urls, call);
  if (!summary) return fail_with(context, summary.error());
  context.out << (summary->empty() ? "Nothing was archived since " + format_timestamp_z(range->start) + "\n"
                                   : summary->text());
  return kExitOk;
}

}  // namespace pscheduler::cli
