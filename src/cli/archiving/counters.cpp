#include "cli/archiving/counters.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/json_members.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::array kCounts{"waiting", "under-way", "given-up"};
constexpr std::array kAges{std::pair{"oldest", "oldest-seconds"},
                           std::pair{"last-success", "last-success-seconds"}};

// As many as a server of Prometheus is given by /metrics.
constexpr std::size_t kDestinationsMax = 100;

Json counters_of(const Json& destination, Instant now) {
  Json counters = {{"archiver", text_or(destination, "archiver", "")}};
  for (const char* name : kCounts) counters[name] = json::find_integer(destination, name).value_or(0);
  for (const auto& [name, age] : kAges) {
    const auto text = text_member(destination, name);
    if (!text) continue;
    const auto at = parse_timestamp_utc(*text, TimestampForm::body);
    if (at) counters[age] = std::chrono::floor<std::chrono::seconds>(now - *at).count();
  }
  return counters;
}

std::string heading(const char* name, const char* help) {
  return fmt::format("# HELP {} {}\n# TYPE {} gauge\n", name, help, name);
}

}  // namespace

std::string label_text(std::string_view text) {
  std::string label;
  for (const char c : excerpt(text)) {
    if (c == '\\' || c == '"') label += '\\';
    label += c;
  }
  return label;
}

void add_own_counters(const Ask& ask, Instant now, Json& metrics) {
  if (const auto status = ask("status")) {
    if (const Json* load = json::find_object(*status, "load")) metrics["load"] = *load;
  }
  const auto destinations = ask("stat/archiving/destinations");
  if (!destinations || !destinations->is_array()) return;
  Json& all = metrics["destinations"] = Json::object();
  for (const auto& destination : *destinations) {
    if (all.size() == kDestinationsMax) break;
    const auto id = text_member(destination, "id");
    if (id) all[*id] = counters_of(destination, now);
  }
}

std::string own_counters_text(const Json& metrics) {
  std::string text;
  if (const Json* load = json::find_object(metrics, "load")) {
    constexpr const char* kName = "perfsonar_pscheduler_load";
    text += heading(kName, "How much of what it takes on at most the node has");
    for (const auto& [what, values] : load->items()) {
      for (const char* state : {"now", "max"}) {
        const auto number = json::find_integer(values, state);
        if (number)
          text += fmt::format("{}{{of=\"{}\",state=\"{}\"}} {}\n", kName, label_text(what), state, *number);
      }
    }
  }
  const Json* destinations = json::find_object(metrics, "destinations");
  if (destinations == nullptr || destinations->empty()) return text;
  constexpr const char* kName = "perfsonar_pscheduler_destination";
  text += heading(kName, "Results by destination: counts, and ages in seconds");
  for (const auto& [id, counters] : destinations->items()) {
    for (const auto& [state, value] : counters.items()) {
      if (!value.is_number_integer()) continue;
      text += fmt::format("{}{{destination=\"{}\",archiver=\"{}\",state=\"{}\"}} {}\n", kName, label_text(id),
                          label_text(text_or(counters, "archiver", "")), state, value.dump());
    }
  }
  return text;
}

}  // namespace pscheduler::cli
