#include "cli/troubleshoot/statistics.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/servers.hpp"

namespace pscheduler::cli {
namespace {

constexpr const char* kCounters[] = {
    "archiving/backlog", "archiving/upcoming", "http-queue/backlog", "http-queue/length", "runs/pending",
    "runs/on-deck",      "runs/running",       "runs/cleanup",       "runs/finished",     "runs/overdue",
    "runs/missed",       "runs/failed",        "runs/preempted",     "runs/nonstart"};

constexpr std::size_t kLabelColumns = 24;

}  // namespace

Result<std::string> statistics_text(Context& context, const std::string& host) {
  std::string text;
  std::string group;
  for (const std::string counter : kCounters) {
    const auto slash = counter.find('/');
    if (const auto its_group = counter.substr(0, slash); its_group != group) {
      if (!group.empty()) text += "\n";
      group = its_group;
    }
    const auto url = api_url(host, "stat/" + counter);
    if (!url) return fail(url.error());
    const auto value = fetch_json(context, *url, {}, CallOptions{});
    if (!value && value.error().code != Errc::not_found) return fail(value.error());
    const auto label = group + "." + counter.substr(slash + 1) + " ";
    text += fmt::format("  {:.<{}} {:>6}\n", label, kLabelColumns, value ? value->dump() : "N/A");
  }
  return text;
}

}  // namespace pscheduler::cli
