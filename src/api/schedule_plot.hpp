#pragma once
// The schedule as a picture, or as what a picture is made from (spec api.md 13, cli.md 8): six columns, one
// for each scheduling class and one each for runs that found no room and that were preempted; time goes
// downward.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "call.hpp"
#include "run_listing.hpp"

namespace pscheduler::api {

enum class PlotFormat {
  svg,     // drawn here
  png,     // by gnuplot, where that is installed
  data,    // lines "column start end" for gnuplot, columns from 1, the longest runs first
  script,  // for gnuplot, data included
};

std::optional<PlotFormat> plot_format(std::string_view name);

inline constexpr int kPlotColumns = 6;
std::string_view plot_column_title(int column);

// A run as it is drawn, in whole seconds.
struct PlottedRun {
  int column = 1;
  TimeRange times;
};

// The longest first, so that no run is hidden behind a longer one.
struct LongestFirst {
  bool operator()(const PlottedRun& a, const PlottedRun& b) const {
    if (a.times.length() != b.times.length()) return a.times.length() > b.times.length();
    if (a.times.start != b.times.start) return a.times.start < b.times.start;
    return a.column < b.column;
  }
};

struct Plot {
  std::multiset<PlottedRun, LongestFirst> runs;
  TimeRange times;    // from the top to the bottom; never empty
  std::string title;  // host, times and number of runs
  Zone zone;
};

// schedule_plot_text.cpp and schedule_picture.cpp: bodies that own the plot.
std::shared_ptr<BodyPieces> plot_data(Plot plot);
std::shared_ptr<BodyPieces> plot_script(Plot plot);
std::shared_ptr<BodyPieces> plot_picture(Plot plot);

// The answer with all that the source gives, between the bounds of the filter.
ports::AsyncResult<HttpResponse> plot_runs(const Call& call, PlotFormat format, ports::ScheduleFilter filter,
                                           std::unique_ptr<RunSource> source);

}  // namespace pscheduler::api
