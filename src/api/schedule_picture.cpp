// The schedule drawn as SVG.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "pscheduler/time/iso8601.hpp"
#include "schedule_plot.hpp"

namespace pscheduler::api {
namespace {

constexpr int kWidth = 800;
constexpr int kHeight = 1200;
constexpr double kLeft = 100;
constexpr double kTop = 70;
constexpr double kRight = kWidth - 15;
constexpr double kBottom = kHeight - 20;
constexpr double kColumnWidth = (kRight - kLeft) / kPlotColumns;
constexpr double kGap = 6;         // between a box and the edge of its column
constexpr double kBoxLeast = 0.5;  // of a box's height, so that it can be seen
constexpr int kTicksMost = 24;
constexpr int kRunsPerPiece = 500;

constexpr std::array<std::chrono::seconds, 20> kTickSteps = {
    std::chrono::seconds(1),     std::chrono::seconds(5),     std::chrono::seconds(10),
    std::chrono::seconds(30),    std::chrono::minutes(1),     std::chrono::minutes(2),
    std::chrono::minutes(5),     std::chrono::minutes(10),    std::chrono::minutes(15),
    std::chrono::minutes(30),    std::chrono::hours(1),       std::chrono::hours(2),
    std::chrono::hours(3),       std::chrono::hours(6),       std::chrono::hours(12),
    std::chrono::hours(24),      std::chrono::hours(2 * 24),  std::chrono::hours(7 * 24),
    std::chrono::hours(28 * 24), std::chrono::hours(365 * 24)};

// Quarters of a pixel: boxes that differ by less are the same to the eye.
int quarters(double pixels) {
  return static_cast<int>(std::lround(pixels * 4));
}

std::string number(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.2f", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view text) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) +
         "\">" + escaped(text) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" +
         number(y2) + "\"/>\n";
}

class Picture final : public BodyPieces {
 public:
  explicit Picture(Plot plot) : plot_(std::move(plot)), at_(plot_.runs.begin()) {}

  ports::AsyncResult<std::string> next() override {
    std::string text = std::exchange(begun_, true) ? std::string() : head();
    for (int runs = 0; runs < kRunsPerPiece && at_ != plot_.runs.end(); ++runs, ++at_) add_box(text, *at_);
    if (at_ != plot_.runs.end() && text.empty()) text = "\n";  // all hidden: not the end yet
    if (at_ == plot_.runs.end() && !std::exchange(ended_, true)) text += "</g>\n</svg>\n";
    co_return text;
  }

 private:
  [[nodiscard]] double y_of(Instant at) const {
    const auto whole = static_cast<double>(plot_.times.length().count());
    const auto part = static_cast<double>((at - plot_.times.start).count());
    return kTop + std::clamp(part / whole, 0.0, 1.0) * (kBottom - kTop);
  }

  [[nodiscard]] static double x_of(int column) { return kLeft + (column - 1) * kColumnWidth; }

  [[nodiscard]] std::string head() const;
  [[nodiscard]] std::string ticks() const;
  void add_box(std::string& text, const PlottedRun& run);

  Plot plot_;
  std::multiset<PlottedRun, LongestFirst>::const_iterator at_;
  std::set<std::array<int, 3>> drawn_;  // column, top and height in quarters of a pixel
  bool begun_ = false;
  bool ended_ = false;
};

std::string Picture::head() const {
  const std::string size = std::to_string(kWidth) + "\" height=\"" + std::to_string(kHeight);
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
      size + "\" viewBox=\"0 0 " + std::to_string(kWidth) + " " + std::to_string(kHeight) +
      "\" font-family=\"sans-serif\" font-size=\"11\">\n<title>" + escaped(plot_.title) +
      "</title>\n<rect width=\"" + size + "\" fill=\"white\"/>\n<g font-size=\"14\">\n" +
      text_at(kWidth / 2.0, 24, "middle", plot_.title) + "</g>\n";
  for (int column = 1; column <= kPlotColumns; ++column) {
    text += text_at(x_of(column) + kColumnWidth / 2, kTop - 12, "middle", plot_column_title(column));
  }
  text += ticks();
  text += "<g stroke=\"#888888\">\n";
  for (int column = 1; column <= kPlotColumns + 1; ++column) {
    text += line(x_of(column), kTop, x_of(column), kBottom);
  }
  text += line(kLeft, kTop, kRight, kTop) + line(kLeft, kBottom, kRight, kBottom) + "</g>\n";
  return text + "<g fill=\"#66cc66\" stroke=\"#207020\" stroke-width=\"0.3\">\n";
}

// Date over time at the left, and a line across.
std::string Picture::ticks() const {
  auto step = kTickSteps.back();
  for (const auto candidate : kTickSteps) {
    if (plot_.times.length() / candidate > kTicksMost) continue;
    step = candidate;
    break;
  }
  std::string labels;
  std::string lines = "<g stroke=\"#dddddd\">\n";
  // Even in the zone shown, so that days begin at midnight.
  const auto offset = plot_.zone.offset_at(plot_.times.start);
  const auto since = (plot_.times.start.time_since_epoch() + offset) % Duration(step);
  int count = 0;
  for (Instant at = plot_.times.start + (step - since) % Duration(step);
       at <= plot_.times.end && count <= 2 * kTicksMost; at += step, ++count) {
    const std::string stamp = format_timestamp(at, plot_.zone);
    const double y = y_of(at);
    labels += text_at(kLeft - 8, y - 1, "end", stamp.substr(0, 10));
    labels += text_at(kLeft - 8, y + 10, "end", stamp.substr(11, 8));
    lines += line(kLeft, y, kRight, y);
  }
  return lines + "</g>\n" + labels;
}

void Picture::add_box(std::string& text, const PlottedRun& run) {
  const double top = y_of(run.times.start);
  const double height = std::max(y_of(run.times.end) - top, kBoxLeast);
  if (!drawn_.insert({run.column, quarters(top), quarters(height)}).second) return;
  text += "<rect x=\"" + number(x_of(run.column) + kGap) + "\" y=\"" + number(top) + "\" width=\"" +
          number(kColumnWidth - 2 * kGap) + "\" height=\"" + number(height) + "\"/>\n";
}

}  // namespace

std::shared_ptr<BodyPieces> plot_picture(Plot plot) {
  return std::make_shared<Picture>(std::move(plot));
}

}  // namespace pscheduler::api
