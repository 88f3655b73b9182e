#include "pscheduler/batch/resumption.hpp"

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::batch {
namespace {

Problems not_partial(std::string why) {
  return {{"", std::move(why) + ": this is not what an interrupted batch has written", std::nullopt}};
}

}  // namespace

bool is_complete(const Json& element) {
  if (!element.is_object()) return false;
  return element.contains("runs") || element.contains("error") || !element.contains("href");
}

Checked<Resumption> resume(Json& partial) {
  const Json* batch = json::find_object(partial, "batch");
  const Json* jobs = json::find_array(partial, "jobs");
  if (batch == nullptr || jobs == nullptr) {
    return tl::unexpected(not_partial("'batch' or 'jobs' is missing"));
  }
  Resumption resumption;
  const auto started =
      parse_timestamp_utc(json::find_string(*batch, "start").value_or(""), TimestampForm::body);
  const auto spent = parse_duration(json::find_string(*batch, "duration").value_or(""));
  if (!started || !spent) return tl::unexpected(not_partial("/batch has no 'start' and 'duration'"));
  resumption.started = *started;
  resumption.spent = *spent;
  for (auto& job : partial["jobs"]) {
    JobSoFar so_far;
    if (const Json* results = json::find(job, "results"); results != nullptr) {
      if (!results->is_array()) return tl::unexpected(not_partial("'results' is no array"));
      so_far.reached = true;
      so_far.results.assign(results->begin(), results->end());
      job.erase("results");
    }
    resumption.jobs.push_back(std::move(so_far));
  }
  partial.erase("batch");
  return resumption;
}

}  // namespace pscheduler::batch
