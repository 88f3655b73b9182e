#pragma once
// What the monitor shows, as a function of what is known (spec cli.md, 9): rows of runs, chosen and laid out.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/screen.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

enum class Tense { past = -1, present = 0, future = 1 };

struct MonitorRow {
  Tense tense = Tense::present;
  std::string time;           // as served: the end of past runs, the start of others
  std::optional<Instant> at;  // the same, where it could be read
  std::string state;          // on the wire
  std::string state_display;  // for a person
  std::string test;           // type and options
  std::optional<std::int64_t> priority;
};

// The rows of an answer of /monitor, past, present and future, each by time. Fails when it is no list of
// runs.
Result<std::vector<MonitorRow>> monitor_rows(const Json& answer);

struct MonitorSettings {
  std::string host;
  bool colours = true;
  bool deltas = true;  // times relative to now instead of as served
  std::size_t past_percent = 50;
};

struct MonitorView {
  std::vector<MonitorRow> rows;
  std::string notice;   // what is wrong, or that nothing is there yet; empty when the rows are current
  bool busy = false;    // an answer is awaited
  std::string filter;   // rows that contain it, whatever its case; empty for all
  bool typing = false;  // the filter is being typed
  std::ptrdiff_t scrolled = 0;  // rows away from where the view rests; negative is toward the past
};

// The lines from the top of the screen. Takes `scrolled` back to where there still are rows.
std::vector<ScreenLine> monitor_screen(const MonitorSettings& settings, MonitorView& view, ScreenSize size,
                                       Instant now);

// How many rows of runs fit on a screen.
std::size_t monitor_room(ScreenSize size);

}  // namespace pscheduler::cli
