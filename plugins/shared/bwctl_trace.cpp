#include "shared/bwctl_trace.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/envelope.hpp"
#include "shared/bwctl_run.hpp"
#include "shared/route.hpp"
#include "shared/trace_result.hpp"

namespace pscheduler::plugins {

CommandWords bwctl_trace_words(const BwctlJob& job, std::string_view tool) {
  auto words = begin_bwctl(job, kBwctlTrace, tool);
  words.add("-y", "a").add_family(wanted_family(job.spec));
  words.add_integer("-F", "first-ttl").add_integer("-M", "hops");
  add_tos(words, job.spec);
  words.add_integer("-l", "length");
  add_ends(words, job);
  return words;
}

Result<Duration> bwctl_trace_slot(const Json& /*spec*/) {
  return kBwctlGrace;
}

Result<Json> run_bwctl_trace(const sdk::RunInput& input, std::string_view tool,
                             TracePath (*parse)(std::string_view text)) {
  constexpr Duration kLength = std::chrono::seconds(10);  // what BWCTL keeps for a trace
  const auto job = prepare_bwctl(input.spec, kBwctlTrace);
  if (!job) return sdk::failed_run(job.error().message, {});
  const auto measured = measure_with_bwctl(input, bwctl_trace_words(*job, tool).take(), kLength);
  if (!measured.output.failure.empty()) return sdk::failed_run(measured.output.failure, measured.diags);
  const auto path = parse(measured.output.result);
  if (path.empty()) {
    return sdk::failed_run(measured.output.doubt.empty() ? fmt::format("BWCTL's {} named no hops.", tool)
                                                         : measured.output.doubt,
                           measured.diags);
  }
  return sdk::succeeded_run(trace_result(path), measured.diags);
}

}  // namespace pscheduler::plugins
