#pragma once
// Asking a server for its schedule, which may be long: its runs are handed out while the answer comes.

#include <functional>
#include <string>
#include <string_view>

#include "cli/context.hpp"
#include "cli/schedule/entries.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

struct ScheduleListener {
  std::function<void(const ScheduleEntry&)> on_entry = [](const ScheduleEntry&) {};

  // A piece of the answer as served, after the entries that it completes.
  std::function<void(std::string_view)> on_piece = [](std::string_view) {};
};

// GET /schedule of a host. Fails, naming the host, when it does not answer or the answer is no list of runs;
// the runs before the fault have been handed out then.
Result<void> list_schedule(Context& context, const std::string& host, const Parameters& parameters,
                           CallOptions options, const ScheduleListener& listener);

// As a whole, for ranges that are known to be short.
Result<std::vector<ScheduleEntry>> read_schedule(Context& context, const std::string& host,
                                                 const Parameters& parameters, const CallOptions& options);

}  // namespace pscheduler::cli
