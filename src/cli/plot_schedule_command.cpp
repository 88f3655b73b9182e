#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/api_url.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/schedule/range.hpp"
#include "cli/servers.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

// Servers before this API level do not draw.
constexpr int kFirstLevelThatDraws = 5;

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "plot-schedule",
      "[OPTIONS] [DURATION | START END] > FILE",
      "Draws what a server has run and will run, as a PNG image on standard output, by scheduling class with "
      "time "
      "running downward. The range is that of pscheduler schedule.",
      {{"bind", 0, Takes::text, "ADDRESS", "Address, host name or interface to make the requests from."},
       {"format", 0, Takes::text, "FORMAT", "png (the default), which needs gnuplot on the server, or svg."},
       {"host", 0, Takes::text, "HOST", "Server to ask; the default is this host."},
       {"plot", 0, Takes::nothing, "", "Print the gnuplot script instead of the image."}},
      {{"The next hour", "pscheduler plot-schedule > schedule.png"},
       {"The last day of another host, as a drawing that scales",
        "pscheduler plot-schedule --host ps.example.org --format svg -P1D > yesterday.svg"}},
      true};
  return table;
}

Result<std::string> format_of(const CommandLine& line) {
  auto word = line.value("format").value_or("png");
  if (word != "png" && word != "svg") {
    return fail(Errc::invalid_argument, "--format \"" + excerpt(word) + "\" is not known; use png or svg");
  }
  return line.has("plot") ? std::string("script") : word;
}

Result<void> check_level(Context& context, const std::string& host, const CallOptions& call) {
  const auto url = api_url(host, "api");
  if (!url) return fail(url.error());
  const Reply reply = context.server.get(*url, {}, call);
  if (reply.status != 200) return fail(Errc::unreachable, server_trouble(context, host, reply));
  const auto level = json_of(reply);
  if (!level || !level->is_number_integer()) {
    return fail(Errc::invalid_argument, host + " does not tell its API level; something else answers there");
  }
  if (level->get<long>() < kFirstLevelThatDraws) {
    return fail(Errc::not_possible,
                host + " is too old to draw its schedule; use pscheduler schedule --host " + host);
  }
  return {};
}

}  // namespace

int plot_schedule_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (line->words().size() > kRangeWordsMax) return show_usage(context, syntax(), line->words());
  const auto format = format_of(*line);
  if (!format) return fail_with(context, format.error());
  const auto range = parse_range(line->words(), context.environment.now());
  if (!range) return fail_with(context, range.error());
  if (!line->has("plot") && context.environment.stdout_is_terminal()) {
    return fail_with(
        context, "An image is no use to a terminal; send it to a file: pscheduler plot-schedule > schedule." +
                     *format);
  }
  const auto host = line->has("host") ? Result<std::string>(*line->value("host")) : local_host(context);
  if (!host) return fail_with(context, host.error());

  CallOptions call;
  call.bind = line->value("bind");
  if (const auto able = check_level(context, *host, call); !able) return fail_with(context, able.error());
  const auto url = api_url(*host, "schedule");
  if (!url) return fail_with(context, url.error());
  auto parameters = range_parameters(*range);
  parameters.emplace_back("format", *format);
  const Reply reply = context.server.get(*url, parameters, call);
  if (reply.status != 200) {
    auto trouble = server_trouble(context, *host, reply);
    if (reply.reached && reply.status >= 500 && *format == "png")
      trouble += "\nA drawing by the server itself: --format svg";
    return fail_with(context, trouble);
  }
  context.out << reply.body << std::flush;
  return kExitOk;
}

}  // namespace pscheduler::cli
