#pragma once
// The monitor while it is watched: asks the server again and again, follows the keys, keeps the screen
// current.

#include <chrono>
#include <string>

#include "cli/context.hpp"
#include "cli/monitor/layout.hpp"

namespace pscheduler::cli {

inline constexpr std::chrono::seconds kRefreshMax{24 * 60 * 60};

struct MonitorOrder {
  std::string host;
  MonitorSettings settings;
  CallOptions call;
  std::chrono::seconds refresh{3};
};

// Until the user leaves; answers the exit status.
int watch_schedule(Context& context, Screen& screen, const MonitorOrder& order);

}  // namespace pscheduler::cli
