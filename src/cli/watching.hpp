#pragma once
// Follows a task: waits for its runs as they come and shows each result (spec cli.md, 4).
//
// The waiting is done by the server: it holds a request until the run is over, so that the result is here as
// soon as it exists. A server that answers early, or lets go after its 30 seconds, is asked again.

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "cli/result_format.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

struct WatchRequest {
  std::string task_url;
  CallOptions call;
  bool first = false;                  // begin with the first run ever instead of the next one
  std::optional<ResultFormat> format;  // nothing is text with progress; any format silences progress
  std::optional<std::string> output;   // file per run, "%n" is the run's number from 1
  bool full = false;
  bool quiet = false;
  long runs_max = 0;  // 0: until no more are scheduled
};

// `task` is the task with its detail. `known_run` spares fetching the run to begin with; may be null. Answers
// the exit status.
int watch_task(Context& context, const WatchRequest& request, const Json& task, const Json* known_run);

}  // namespace pscheduler::cli
