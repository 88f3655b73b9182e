#include "services/plugins/run_outcome.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "services/plugins/documents.hpp"

namespace pscheduler::services {
namespace {

// What a person needs to see of a tool's misprints.
constexpr std::size_t kDiagsBytesMax = 16u << 10;

// The status 5.2 shows for a tool that was ended or could not be started (plugins.md 2.1).
constexpr int kSyntheticStatus = 2;

std::string because(const std::string& errors) {
  const std::string last = last_line(errors);
  return last.empty() ? "." : ": " + last;
}

// The failure of a process that did not end by itself, and the status to show.
std::string describe_end(const std::string& tool, const ports::ProcessOutcome& outcome,
                         const PluginLimits& limits, const std::string& errors) {
  switch (outcome.end) {
    case ports::ProcessEnd::exited:
      return {};
    case ports::ProcessEnd::signalled:
      return tool + " was ended by signal " + std::to_string(outcome.status) + because(errors);
    case ports::ProcessEnd::timed_out:
      return tool + " ran too long and was ended after " + in_seconds(outcome.elapsed) + because(errors);
    case ports::ProcessEnd::output_too_large:
      return tool + " printed more than " + std::to_string(limits.output_bytes_max) + " bytes and was ended.";
  }
  return {};
}

// Whether what was printed is the local result, and else why not.
std::string read_result(const std::string& tool, Results results, const RunOutput& output,
                        ToolOutcome& outcome, const PluginLimits& limits) {
  if (output.text_too_large())
    return tool + " printed a result of more than " + std::to_string(limits.output_bytes_max) + " bytes.";
  if (trim(output.text()).empty()) {
    const bool nothing_expected = results == Results::streamed || output.records() > 0;
    return nothing_expected && outcome.status == 0 ? "" : tool + " printed no result.";
  }
  auto document = read_document(output.text(), limits.output_bytes_max);
  if (!document) return tool + " printed a result that is unusable: " + document.error().message;
  outcome.output = std::make_shared<const Json>(std::move(*document));
  return {};
}

}  // namespace

ToolOutcome classify_run(const ToolRun& run, Results results, ports::ProcessOutcome outcome,
                         const RunOutput& output, const PluginLimits& limits) {
  const std::string tool = "The tool " + run.tool;
  ToolOutcome result;
  result.end = outcome.end;
  result.errors = readable(outcome.errors, limits.errors_bytes_max);
  const bool exited = outcome.end == ports::ProcessEnd::exited;
  result.status = exited ? outcome.status : kSyntheticStatus;
  result.failure = describe_end(tool, outcome, limits, result.errors);
  const std::string unreadable = read_result(tool, results, output, result, limits);
  if (exited && !unreadable.empty()) {
    result.failure = unreadable;
    // The status explains the silence better.
    if (result.status != 0 && trim(output.text()).empty())
      result.failure = tool + " failed with status " + std::to_string(result.status) + because(result.errors);
  }
  if (!exited && !trim(result.errors).empty())
    result.errors += "\n" + result.failure;
  else if (result.status != 0 && trim(result.errors).empty())
    result.errors = result.failure.empty()
                        ? tool + " failed with status " + std::to_string(result.status) + "."
                        : result.failure;
  if (!result.failure.empty()) result.diags = readable(output.text(), kDiagsBytesMax);
  return result;
}

ToolOutcome not_started(const ToolRun& run, const std::string& why) {
  ToolOutcome result;
  result.status = kSyntheticStatus;
  result.failure = "The tool " + run.tool + " could not be started: " + why;
  result.errors = result.failure;
  return result;
}

}  // namespace pscheduler::services
