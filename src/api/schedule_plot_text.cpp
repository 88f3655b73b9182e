// What gnuplot reads of a schedule.

#include "pscheduler/time/iso8601.hpp"
#include "schedule_plot.hpp"

namespace pscheduler::api {
namespace {

constexpr int kLinesPerPiece = 500;

// "2026-03-04T10:15:00", without the offset, which gnuplot cannot read.
std::string plain_time(Instant at, const Zone& zone) {
  constexpr std::size_t kLength = 19;
  return format_timestamp(at, zone).substr(0, kLength);
}

class PlotText final : public BodyPieces {
 public:
  PlotText(Plot plot, std::string head, std::string tail)
      : plot_(std::move(plot)), at_(plot_.runs.begin()), head_(std::move(head)), tail_(std::move(tail)) {}

  ports::AsyncResult<std::string> next() override {
    std::string text = std::exchange(head_, {});
    for (int lines = 0; lines < kLinesPerPiece && at_ != plot_.runs.end(); ++lines, ++at_) {
      text += std::to_string(at_->column) + " " + plain_time(at_->times.start, plot_.zone) + " " +
              plain_time(at_->times.end, plot_.zone) + "\n";
    }
    if (at_ == plot_.runs.end()) text += std::exchange(tail_, {});
    co_return text;
  }

 private:
  Plot plot_;
  std::multiset<PlottedRun, LongestFirst>::const_iterator at_;
  std::string head_;
  std::string tail_;
};

std::string without_quotes(std::string text) {
  std::erase_if(text, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
  return text;
}

std::string script_head(const Plot& plot) {
  std::string tics;
  for (int column = 1; column <= kPlotColumns; ++column) {
    tics += (column == 1 ? "\"" : ", \"") + std::string(plot_column_title(column)) + "\" " +
            std::to_string(column);
  }
  return "# The runs are lines \"column start end\", the longest first.\n"
         "set terminal png size 800,1200 background \"white\"\n"
         "set title \"" +
         without_quotes(plot.title) +
         "\" noenhanced\n"
         "set timefmt \"%Y-%m-%dT%H:%M:%S\"\n"
         "set ydata time\n"
         "set format y \"%Y-%m-%d\\n%H:%M:%S\"\n"
         "set yrange [\"" +
         plain_time(plot.times.end, plot.zone) + "\":\"" + plain_time(plot.times.start, plot.zone) +
         "\"]\n"
         "set xrange [0.5:" +
         std::to_string(kPlotColumns) + ".5]\nset xtics (" + tics +
         ")\n"
         "set grid ytics\n"
         "unset key\n"
         "set style fill solid 0.6 border\n"
         "$runs << END_OF_RUNS\n";
}

// The last line keeps gnuplot from refusing an empty block; a column that is not shown draws nothing.
std::string script_tail(const Plot& plot) {
  const std::string start = plain_time(plot.times.start, plot.zone);
  return "-1 " + start + " " + start +
         "\nEND_OF_RUNS\n"
         "plot $runs using 1:2:($1-0.4):($1+0.4):2:3 with boxxyerror linecolor rgb \"#2e8b57\"\n";
}

}  // namespace

std::shared_ptr<BodyPieces> plot_data(Plot plot) {
  return std::make_shared<PlotText>(std::move(plot), "", "");
}

std::shared_ptr<BodyPieces> plot_script(Plot plot) {
  auto head = script_head(plot);
  auto tail = script_tail(plot);
  return std::make_shared<PlotText>(std::move(plot), std::move(head), std::move(tail));
}

}  // namespace pscheduler::api
