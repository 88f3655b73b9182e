#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/schedule/dry_run.hpp"
#include "cli/schedule/entries.hpp"
#include "cli/schedule/listing.hpp"
#include "cli/schedule/range.hpp"
#include "cli/servers.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

enum class Format { plain, json, line, csv };

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "schedule",
      "[OPTIONS] [DURATION | TIME | START END]",
      "Shows what a server has run and will run: in the next hour, between now and a duration from now, or "
      "between two times. Durations may be negative; times are UTC unless they name an offset.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the request from."},
       {"count", 0, Takes::integer, "N", "With --dry-run: how many starts to show; the default is 10."},
       {"dry-run", 0, Takes::the_rest, "TASK-OPTIONS",
        "Show when a task with these options and test, as pscheduler task takes them, would run. Nothing is "
        "posted."},
       {"filter-test", 0, Takes::text, "TYPE", "Show only tests of this type; may be repeated."},
       {"format", 0, Takes::text, "FORMAT",
        "plain (the default); line, one run per line; csv; or json, just as the server answers, unfiltered."},
       {"host", 0, Takes::text, "HOST", "Server to ask; the default is this host."},
       {"invert", 0, Takes::nothing, "", "Leave out the types of --filter-test instead."},
       {"task", 0, Takes::text, "TASK-URL",
        "Show only this task's runs: all of them, unless a range is named."},
       {"verbose", 0, Takes::nothing, "", "Tell why runs never started or did not go well."}},
      {{"The next hour", "pscheduler schedule"},
       {"The last day", "pscheduler schedule -P1D"},
       {"From half an hour ago to a point in time", "pscheduler schedule -PT30M 2030-01-01T12:00:00Z"},
       {"All of a task, with the reasons why runs did not start",
        "pscheduler schedule --verbose --task https://ps.example.org/pscheduler/tasks/UUID"},
       {"Throughput tests of another host, for a spreadsheet",
        "pscheduler schedule --host ps.example.org --filter-test throughput --format csv P1D"},
       {"When would this run?",
        "pscheduler schedule --dry-run --repeat PT1H --start @PT1H idle --duration PT5S"}},
      true};
  return table;
}

struct Request {
  std::string host;
  Parameters parameters;
  std::string what;  // for the notice that there is nothing
  Format format = Format::plain;
};

Result<Format> format_of(const CommandLine& line) {
  const auto word = line.value("format").value_or("plain");
  if (word == "plain") return Format::plain;
  if (word == "json") return Format::json;
  if (word == "line") return Format::line;
  if (word == "csv") return Format::csv;
  return fail(Errc::invalid_argument,
              "--format \"" + excerpt(word) + "\" is not known; use plain, json, line or csv");
}

Result<Request> request_of(const Context& context, const CommandLine& line) {
  Request request;
  const auto format = format_of(line);
  if (!format) return fail(format.error());
  request.format = *format;
  const auto task = line.value("task");
  if (task) {
    if (const auto checked = check_task_url(*task); !checked) return fail(checked.error());
  }
  if (!task || !line.words().empty()) {
    const auto range = parse_range(line.words(), context.environment.now());
    if (!range) return fail(range.error());
    request.parameters = range_parameters(*range);
    request.what = " between " + request.parameters[0].second + " and " + request.parameters[1].second;
  }
  if (task) {
    request.parameters.emplace_back("task", TaskUrl::parse(*task)->task.to_string());
    request.what = " for this task" + request.what;
  }
  const auto host = line.has("host") ? Result<std::string>(*line.value("host"))
                    : task           ? Result<std::string>(host_of(*task))
                                     : local_host(context);
  if (!host) return fail(host.error());
  request.host = *host;
  return request;
}

// Writes runs in the wanted form as they come.
class Printer {
 public:
  Printer(Context& context, const CommandLine& line, const Request& request)
      : out_(context.out),
        request_(request),
        types_(line.values("filter-test")),
        invert_(line.has("invert")),
        verbose_(line.has("verbose")),
        width_(context.environment.stdout_is_terminal() ? context.environment.text_width() : 0) {}

  ScheduleListener listener() {
    ScheduleListener listener;
    if (request_.format != Format::json) {
      listener.on_entry = [this](const ScheduleEntry& entry) { show(entry); };
    }
    listener.on_piece = [this](std::string_view piece) {
      if (request_.format == Format::json) pass_on(piece);
      out_.flush();
    };
    return listener;
  }

  // After the last one.
  void end() {
    if (request_.format == Format::json) out_ << "\n";
    if (request_.format == Format::csv && first_) out_ << csv_heading();
    if (request_.format == Format::plain && first_) {
      out_ << "Nothing scheduled" << request_.what << (types_.empty() ? "" : ", of these types") << "\n";
    }
    out_.flush();
  }

 private:
  // All but the blanks at the very end, which may be any of these until more follows.
  void pass_on(std::string_view piece) {
    const auto solid = trim_end(piece);
    if (!solid.empty()) {
      out_ << held_back_ << solid;
      held_back_.clear();
    }
    held_back_ += piece.substr(solid.size());
  }

  void show(const ScheduleEntry& entry) {
    if (!is_wanted(entry, types_, invert_)) return;
    if (request_.format == Format::csv) {
      out_ << (first_ ? csv_heading() : "") << csv_line(entry);
    } else if (request_.format == Format::line) {
      out_ << one_line(entry);
    } else {
      out_ << (first_ ? "" : "\n\n") << plain_text(entry, verbose_, width_);
    }
    first_ = false;
  }

  std::ostream& out_;
  const Request& request_;
  std::vector<std::string> types_;
  bool invert_;
  bool verbose_;
  std::size_t width_;
  bool first_ = true;
  std::string held_back_;
};

}  // namespace

int schedule_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->has("dry-run")) return dry_run(context, *line);
  if (line->has("count")) return fail_with(context, "--count goes with --dry-run, and before it");
  if (line->words().size() > kRangeWordsMax) return show_usage(context, syntax(), line->words());
  const auto request = request_of(context, *line);
  if (!request) return fail_with(context, request.error());

  CallOptions call;
  call.bind = line->value("bind");
  Printer printer(context, *line, *request);
  const auto listed = list_schedule(context, request->host, request->parameters, call, printer.listener());
  if (!listed) return fail_with(context, listed.error());
  printer.end();
  return kExitOk;
}

}  // namespace pscheduler::cli
