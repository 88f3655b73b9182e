#include "shared/bwctl_throughput.hpp"

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "shared/bwctl_run.hpp"
#include "shared/throughput_result.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {

void add_duration(CommandWords& words, const Json& spec) {
  const auto times = throughput_times(spec);
  words.add("-t", seconds_text(times ? times->duration : Duration::zero()));
}

void add_interval(CommandWords& words, const Json& spec) {
  const auto interval = sdk::duration_member(spec, "interval", Duration::zero());
  if (interval && *interval > Duration::zero()) words.add("-i", seconds_text(*interval));
}

void add_local_address(CommandWords& words, const Json& spec) {
  if (auto address = json::find_string(spec, "local-address")) words.add("-B", std::move(*address));
}

Result<Json> run_bwctl_throughput(const sdk::RunInput& input, const BwctlThroughputTool& tool) {
  if (input.participant != 0)
    return fail(Errc::invalid_argument, "BWCTL serves the other end: participant must be 0.");
  const auto times = throughput_times(input.spec);
  if (!times) return fail(times.error());
  const auto job = prepare_bwctl(input.spec, kBwctlThroughput);
  if (!job) return throughput_failed(job.error().message, {});
  const auto measured = measure_with_bwctl(input, tool.words(*job).take(), times->measuring());
  const auto& output = measured.output;
  if (!output.failure.empty()) return throughput_failed(output.failure, measured.diags);
  auto parsed = tool.parse(output.result);
  if (!parsed.measured.is_null()) return throughput_succeeded(std::move(parsed.measured), measured.diags);
  const auto& reason = parsed.error.empty() ? output.doubt : parsed.error;
  return throughput_failed(reason.empty() ? "BWCTL brought no measurement." : reason, measured.diags);
}

Json merge_bwctl_throughput(const Json& /*test*/, const Json& results) {
  const Json none;
  const Json& only = results.is_array() && !results.empty() ? results.front() : none;
  const auto diags = json::find_string(only, "diags").value_or(std::string());
  if (!json::find_bool(only, "succeeded").value_or(false)) {
    return throughput_failed(
        json::find_string(only, "error").value_or("The participant that measured gave no result."), diags);
  }
  if (!only.contains("intervals") || !only.contains("summary"))
    return throughput_failed("The result has no intervals or no summary.", diags);
  return only;
}

}  // namespace pscheduler::plugins
