#include "cli/schedule/entries.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/json_members.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/model/run_state.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kHang = 2;

std::string name_in(const Json& run, const char* what) {
  const Json* plugin = member(run, what);
  if (plugin == nullptr) return {};
  return plugin->is_string() ? plugin->get<std::string>() : text_or(*plugin, "name", "");
}

std::string test_of(const ScheduleEntry& entry) {
  return entry.type + (entry.options.empty() ? "" : " " + shell_quote(entry.options));
}

std::string priority_of(const ScheduleEntry& entry, const char* none) {
  return entry.priority ? std::to_string(*entry.priority) : none;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

// Under a heading of its own; runs that go well have none.
std::string reason_text(const ScheduleEntry& entry) {
  if (entry.state == "nonstart") {
    return "Never started because:\n" + indent(entry.reason.empty() ? "no reason was given" : entry.reason) +
           "\n";
  }
  const auto state = parse_run_state(entry.state);
  const bool went_well = !state || !traits(*state).final || traits(*state).success;
  return went_well || entry.reason.empty() ? "" : "Reason:\n" + indent(entry.reason) + "\n";
}

}  // namespace

Result<ScheduleEntry> schedule_entry(const Json& run) {
  if (!run.is_object())
    return fail(Errc::invalid_argument, "the answer has something among its runs that is none");
  ScheduleEntry entry;
  entry.start = text_or(run, "start-time", "?");
  entry.end = text_or(run, "end-time", "?");
  entry.state = text_or(run, "state", "unknown");
  entry.state_display = text_or(run, "state-display", entry.state);
  entry.reason = std::string(trim(text_or(run, "errors", "")));
  entry.type = name_in(run, "test");
  entry.tool = name_in(run, "tool");
  if (const Json* task = member(run, "task")) {
    if (const Json* test = member(*task, "test")) entry.type = text_or(*test, "type", entry.type);
    if (entry.tool.empty()) entry.tool = text_or(*task, "tool", "");
    const Json* archives = member(*task, "archives");
    entry.has_archives = archives != nullptr && archives->is_array() && !archives->empty();
  }
  entry.options = words_of(member(run, "cli"));
  entry.url = text_or(run, "href", "");
  entry.priority = json::find_integer(run, "priority");
  return entry;
}

bool is_wanted(const ScheduleEntry& entry, const std::vector<std::string>& types, bool invert) {
  if (types.empty()) return true;
  const bool named = std::find(types.begin(), types.end(), entry.type) != types.end();
  return named != invert;
}

std::string plain_text(const ScheduleEntry& entry, bool verbose, std::size_t width) {
  std::string text = entry.start + " - " + entry.end + " (" + entry.state_display + ")\n";
  if (verbose) text += reason_text(entry);
  const auto test = test_of(entry) + " (Run with tool '" + entry.tool + "'" +
                    (entry.priority ? " at priority " + std::to_string(*entry.priority) : "") + ")";
  return text + (width > 0 ? wrap(test, width, kHang) : test) + "\n" + entry.url + "\n";
}

std::string one_line(const ScheduleEntry& entry) {
  return entry.start + " " + entry.end + " " + entry.state + " " + priority_of(entry, "-") + " " +
         (entry.tool.empty() ? "-" : entry.tool) + " " + (entry.url.empty() ? "-" : entry.url) + " " +
         test_of(entry) + "\n";
}

std::string csv_heading() {
  return "start,end,state,priority,test,options,tool,url,reason\n";
}

std::string csv_line(const ScheduleEntry& entry) {
  std::string line;
  for (const auto& field : {entry.start, entry.end, entry.state, priority_of(entry, ""), entry.type,
                            shell_quote(entry.options), entry.tool, entry.url, entry.reason}) {
    line += (line.empty() ? "" : ",") + csv_field(field);
  }
  return line + "\n";
}

}  // namespace pscheduler::cli
