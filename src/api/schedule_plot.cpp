#include "schedule_plot.hpp"

#include <algorithm>
#include <array>

#include "presenter.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::api {
namespace {

// Bounds the memory of a picture, some 70 bytes a run; in more runs nothing could be told apart.
constexpr std::size_t kRunsMax = 200'000;

// What an empty schedule without bounds shows.
constexpr Duration kEmptyLength = std::chrono::hours(1);

constexpr const char* kGnuplot = "/usr/bin/gnuplot";
constexpr Duration kGnuplotTime = std::chrono::seconds(60);
constexpr std::size_t kErrorsShown = 1000;

struct FormatRow {
  PlotFormat format;
  std::string_view name;
  std::string_view content_type;
};

constexpr std::array kFormats = {
    FormatRow{PlotFormat::svg, "svg", "image/svg+xml"},
    FormatRow{PlotFormat::png, "png", "image/png"},
    FormatRow{PlotFormat::data, "data", "text/plain; charset=utf-8"},
    FormatRow{PlotFormat::script, "script", "text/plain; charset=utf-8"},
};

constexpr std::array<std::string_view, kPlotColumns> kColumnTitles = {
    "Exclusive", "Normal", "Background", "Background multi", "Non-starting", "Preempted"};

int column_of(const ports::ScheduledRun& run) {
  if (run.state == RunState::nonstart) return 5;
  if (run.state == RunState::preempted) return 6;
  switch (run.scheduling_class) {
    case SchedulingClass::exclusive:
      return 1;
    case SchedulingClass::normal:
      return 2;
    case SchedulingClass::background:
      return 3;
    case SchedulingClass::background_multi:
      return 4;
  }
  return 3;
}

// From the bounds that were given; where there is none, as far as the runs reach.
TimeRange extent(const ports::ScheduleFilter& filter, const Plot& plot, Instant now) {
  Instant first = Instant::max();
  Instant last = Instant::min();
  for (const auto& run : plot.runs) {
    first = std::min(first, run.times.start);
    last = std::max(last, run.times.end);
  }
  if (plot.runs.empty()) {
    first = filter.until.value_or(now + kEmptyLength) - kEmptyLength;
    last = filter.from.value_or(now) + kEmptyLength;
  }
  TimeRange times{filter.from.value_or(first), filter.until.value_or(last)};
  if (times.length() < std::chrono::seconds(1)) times.end = times.start + std::chrono::seconds(1);
  return times;
}

ports::AsyncResult<Plot> collect(const Call& call, const ports::ScheduleFilter& filter, RunSource& source) {
  Plot plot;
  plot.zone = call.settings.zone;
  for (;;) {
    auto item = co_await source.next();
    if (!item) co_return fail(std::move(item.error()));
    if (!*item) break;
    if (plot.runs.size() == kRunsMax) {
      co_return fail(Errc::too_large, "There are more than " + std::to_string(kRunsMax) +
                                          " runs, too many for a picture; choose a shorter time with start "
                                          "and end.");
    }
    const auto& run = (*item)->run;
    plot.runs.insert({column_of(run), shown_times(run.times)});
  }
  plot.times = extent(filter, plot, call.services.clock.now());
  plot.title = call.settings.host_name + ", " + format_timestamp(plot.times.start, plot.zone) + " to " +
               format_timestamp(plot.times.end, plot.zone) + ", " + std::to_string(plot.runs.size()) +
               (plot.runs.size() == 1 ? " run" : " runs");
  co_return plot;
}

// The picture that gnuplot makes of its script.
ports::AsyncResult<std::string> draw_by_gnuplot(const Call& call, BodyPieces& script) {
  ports::ProcessSpec spec;
  spec.program = kGnuplot;
  spec.time_limit = kGnuplotTime;
  for (;;) {
    auto piece = co_await script.next();
    if (!piece) co_return fail(std::move(piece.error()));
    if (piece->empty()) break;
    spec.input += *piece;
  }
  auto outcome = co_await call.services.processes.run(std::move(spec));
  if (!outcome) {
    co_return fail(Errc::plugin_failed,
                   "PNG is drawn by gnuplot, which could not be started; install the package gnuplot-nox on "
                   "this node or use format=svg.",
                   outcome.error().message);
  }
  if (outcome->end != ports::ProcessEnd::exited || outcome->status != 0 || outcome->output.empty()) {
    co_return fail(Errc::plugin_failed, "gnuplot drew no picture; use format=svg.",
                   outcome->errors.substr(0, kErrorsShown));
  }
  co_return std::move(outcome->output);
}

}  // namespace

std::optional<PlotFormat> plot_format(std::string_view name) {
  const auto row =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const auto& format) { return format.name == name; });
  return row == kFormats.end() ? std::nullopt : std::optional(row->format);
}

std::string_view plot_column_title(int column) {
  return kColumnTitles.at(static_cast<std::size_t>(column - 1));
}

ports::AsyncResult<HttpResponse> plot_runs(const Call& call, PlotFormat format, ports::ScheduleFilter filter,
                                           std::unique_ptr<RunSource> source) {
  auto plot = co_await collect(call, filter, *source);
  if (!plot) co_return fail(std::move(plot.error()));
  HttpResponse response;
  response.content_type = kFormats.at(static_cast<std::size_t>(format)).content_type;
  switch (format) {
    case PlotFormat::svg:
      response.pieces = plot_picture(std::move(*plot));
      break;
    case PlotFormat::data:
      response.pieces = plot_data(std::move(*plot));
      break;
    case PlotFormat::script:
      response.pieces = plot_script(std::move(*plot));
      break;
    case PlotFormat::png: {
      const auto script = plot_script(std::move(*plot));
      auto picture = co_await draw_by_gnuplot(call, *script);
      if (!picture) co_return fail(std::move(picture.error()));
      response.body = std::move(*picture);
      break;
    }
  }
  co_return response;
}

}  // namespace pscheduler::api
