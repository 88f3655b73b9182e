#pragma once
// Taking up a batch that was interrupted, by what it wrote then (Batch::output).

#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pscheduler/batch/problem.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::batch {

// What is known of each iteration of a job: its element, null for nothing, or {"task", "href"} of a task that
// was posted and whose result was still awaited.
struct JobSoFar {
  bool reached = false;
  std::vector<Json> results;
};

struct Resumption {
  std::vector<JobSoFar> jobs;      // empty: nothing was done yet
  std::optional<Instant> started;  // of the first attempt
  Duration spent{};                // by all attempts together
};

// Whether an element is that of an iteration that has ended.
bool is_complete(const Json& element);

// Takes what was done out of a partial output, so that the batch document remains in it.
Checked<Resumption> resume(Json& partial);

}  // namespace pscheduler::batch
