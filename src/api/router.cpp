#include "router.hpp"

#include <array>

#include "handlers.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::api {
namespace {

enum class Head { as_get, refused };

struct Route {
  std::string_view path;  // below the prefix; "*" stands for any one segment
  std::string_view method;
  Handler handler;
  Head head = Head::as_get;
};

constexpr std::array kRoutes = {
    Route{"", "GET", get_root},
    Route{"api", "GET", get_api_level},
    Route{"hostname", "GET", get_hostname},
    Route{"schedule-horizon", "GET", get_schedule_horizon},
    Route{"clock", "GET", get_clock},
    Route{"mtu-safe", "GET", get_mtu_safe},
    Route{"status", "GET", get_status},
    Route{"limits", "GET", get_limits},
    Route{"exception", "GET", get_exception},
    Route{"debug", "GET", get_debug},
    Route{"debug", "PUT", put_debug},
    Route{"tests", "GET", get_tests, Head::refused},
    Route{"tests/*", "GET", get_test},
    Route{"tests/*/spec", "GET", get_test_spec},
    Route{"tests/*/spec/is-valid", "GET", get_test_spec_is_valid},
    Route{"tests/*/tools", "GET", get_test_tools},
    Route{"tests/*/participants", "GET", get_test_participants},
    Route{"tools", "GET", get_tools, Head::refused},
    Route{"tools/*", "GET", get_tool},
    Route{"archivers", "GET", get_archivers, Head::refused},
    Route{"archivers/*", "GET", get_archiver},
    Route{"archivers/*/data-is-valid", "GET", get_archiver_data_is_valid},
    Route{"contexts", "GET", get_contexts, Head::refused},
    Route{"contexts/*", "GET", get_context},
    Route{"contexts/*/data-is-valid", "GET", get_context_data_is_valid},
    Route{"tasks", "GET", get_tasks, Head::refused},
    Route{"tasks", "POST", post_tasks},
    Route{"tasks/*", "GET", get_task},
    Route{"tasks/*", "POST", post_task},
    Route{"tasks/*", "DELETE", delete_task},
    Route{"tasks/*/cli", "GET", get_task_cli},
    Route{"tasks/*/runtimes", "GET", get_runtimes},
    Route{"tasks/*/runs", "GET", get_runs, Head::refused},
    Route{"tasks/*/runs", "POST", post_runs},
    Route{"tasks/*/runs/*", "GET", get_run},
    Route{"tasks/*/runs/*", "PUT", put_run},
    Route{"tasks/*/runs/*", "DELETE", delete_run},
    Route{"tasks/*/runs/*/result", "GET", get_run_result},
    Route{"stat/control/pause", "GET", get_pause},
    Route{"stat/control/pause", "PUT", put_pause},
    Route{"stat/control/pause", "DELETE", delete_pause},
    Route{"stat/archiving/backlog", "GET", get_stat_archiving_backlog},
    Route{"stat/archiving/upcoming", "GET", get_stat_archiving_upcoming},
    Route{"stat/archiving/destinations", "GET", get_destinations},
    Route{"stat/archiving/failed", "GET", get_given_up},
    Route{"stat/archiving/failed", "POST", post_given_up},
    Route{"schedule", "GET", get_schedule},
    Route{"monitor", "GET", get_monitor},
    Route{"stat/http-queue/backlog", "GET", get_http_queue_backlog},
    Route{"stat/http-queue/length", "GET", get_http_queue_length},
    Route{"stat/peers", "GET", get_stat_peers},
    Route{"stat/runs/*", "GET", get_run_counter},
    Route{"metrics", "GET", get_metrics},
};

// The segments at the placeholders when the path fits.
std::optional<std::vector<std::string>> match(std::string_view path,
                                              const std::vector<std::string>& segments) {
  std::vector<std::string> names;
  if (path.empty()) return segments.empty() ? std::optional(names) : std::nullopt;
  const auto pattern = split(path, '/');
  if (pattern.size() != segments.size()) return std::nullopt;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == "*") {
      names.push_back(segments[i]);
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return names;
}

}  // namespace

std::optional<RouteMatch> find_route(std::string_view method, const std::vector<std::string>& segments) {
  std::optional<RouteMatch> found;
  for (const auto& route : kRoutes) {
    auto names = match(route.path, segments);
    if (!names) continue;
    if (!found) found.emplace();
    found->names = std::move(*names);
    found->allow += (found->allow.empty() ? "" : ", ") + std::string(route.method);
    found->path = route.path;
    const bool answers_head = route.method == "GET" && route.head == Head::as_get;
    if (answers_head) found->allow += ", HEAD";
    if (method == route.method || (method == "HEAD" && answers_head)) found->handler = route.handler;
  }
  if (found) found->allow += ", OPTIONS";
  return found;
}

}  // namespace pscheduler::api
