#include <array>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string_view>

#include "cli/api_url.hpp"
#include "cli/archiving/counters.hpp"
#include "cli/commands.hpp"
#include "cli/json_members.hpp"
#include "cli/options.hpp"
#include "cli/servers.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::cli {
namespace {

constexpr long kDefaultSeconds = 5;
constexpr std::size_t kMembersMax = 10;

// A group of counters below /stat. Without members the endpoint answers the whole group.
struct Group {
  const char* key;
  const char* path;
  std::array<const char*, kMembersMax> members;  // up to the first null
  const char* metric;                            // for Prometheus
  const char* help;
};

constexpr Group kGroups[] = {
    {"paused", "stat/control/pause", {}, "perfsonar_pscheduler_paused", "Whether no runs are started"},
    {"archiving",
     "stat/archiving/",
     {"backlog", "upcoming"},
     "perfsonar_pscheduler_archiving",
     "Archivings that are due, and those scheduled for later"},
    {"http-queue",
     "stat/http-queue/",
     {"backlog", "length"},
     "perfsonar_pscheduler_http_queue",
     "Requests to other hosts that were never tried, and all that wait"},
    {"runs",
     "stat/runs/",
     {"pending", "on-deck", "running", "cleanup", "finished", "overdue", "missed", "failed", "preempted",
      "nonstart"},
     "perfsonar_pscheduler_runs",
     "Runs by state"}};

const CommandSyntax& syntax() {
  static const CommandSyntax table{
      "metrics",
      "[OPTIONS]",
      "Shows counters of a server: whether it is paused, its archivings, its requests to other hosts and its "
      "runs by state; of pschedulerd also its load and its archivings by destination. What cannot be learned "
      "is left out.",
      {{"format", 0, Takes::text, "FORMAT", "json (the default) or prometheus."},
       {"host", 0, Takes::text, "HOST", "Server to ask; the default is this host."},
       {"timeout", 'W', Takes::integer, "SECONDS", "How long to wait for each answer; the default is 5."}},
      {{"This host's counters", "pscheduler metrics"},
       {"How many runs wait?", "pscheduler metrics | jq .runs.pending"},
       {"For the node exporter of Prometheus", "pscheduler metrics --format prometheus > pscheduler.prom"}}};
  return table;
}

Result<Json> read_one(Context& context, const std::string& host, const std::string& path,
                      const CallOptions& call) {
  const auto url = api_url(host, path);
  if (!url) return fail(url.error());
  auto value = fetch_json(context, *url, {}, call);
  if (!value) context.environment.debug(value.error().message);
  return value;
}

Json read_all(const Ask& ask) {
  Json metrics = Json::object();
  for (const auto& group : kGroups) {
    Json values = Json::object();
    if (group.members.front() == nullptr) {
      if (auto whole = ask(group.path)) values = std::move(*whole);
    }
    for (const auto* member : group.members) {
      if (member == nullptr) break;
      if (auto value = ask(std::string(group.path) + member)) values[member] = *value;
    }
    if (!values.empty()) metrics[group.key] = std::move(values);
  }
  return metrics;
}

// Only numbers and truth values are of use there.
std::string prometheus_text(const Json& metrics) {
  std::string text;
  for (const auto& group : kGroups) {
    const Json* values = member(metrics, group.key);
    if (values == nullptr || !values->is_object()) continue;
    text +=
        std::string("# HELP ") + group.metric + " " + group.help + "\n# TYPE " + group.metric + " gauge\n";
    for (const auto& [name, value] : values->items()) {
      if (!value.is_boolean() && !value.is_number_integer()) continue;
      const auto number = value.is_boolean() ? std::string(value.get<bool>() ? "1" : "0") : value.dump();
      text += std::string(group.metric) + "{state=\"" + label_text(name) + "\"} " + number + "\n";
    }
  }
  return text;
}

}  // namespace

int metrics_command(Context& context, const Words& words) {
  const auto line = read_command_line(context, syntax(), words);
  if (!line) return line.error();
  if (!line->words().empty()) return show_usage(context, syntax(), line->words());
  const auto format = line->value("format").value_or("json");
  if (format != "json" && format != "prometheus") {
    return fail_with(context, "--format \"" + excerpt(format) + "\" is not known; use json or prometheus");
  }
  const long seconds = line->integer("timeout").value_or(kDefaultSeconds);
  if (seconds < 1) {
    return fail_with(context, "--timeout " + std::to_string(seconds) + " must be 1 or more seconds");
  }
  const auto host = line->has("host") ? Result<std::string>(*line->value("host")) : local_host(context);
  if (!host) return fail_with(context, host.error());
  CallOptions call;
  call.time_limit = std::chrono::seconds(seconds);
  if (const auto alive = check_alive(context, *host, call); !alive) return fail_with(context, alive.error());
  const auto ask = [&](const std::string& path) { return read_one(context, *host, path, call); };
  Json metrics = read_all(ask);
  add_own_counters(ask, context.environment.now(), metrics);
  context.out << (format == "json" ? json::to_plain(metrics) + "\n"
                                   : prometheus_text(metrics) + own_counters_text(metrics));
  return kExitOk;
}

}  // namespace pscheduler::cli
