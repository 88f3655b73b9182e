#include "shared/bwctl_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"
#include "pscheduler/plugin_sdk/report.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "shared/line_words.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kTermToKill = std::chrono::seconds(3);  // it tells the far end to cancel
constexpr std::size_t kOutputBytesMax = 64u << 20;         // of a day of intervals with many streams

// "bwctl: Server 'h' accepted test request at time 1795295627.718750", in seconds since 1970.
std::optional<Instant> accepted_time(std::string_view line) {
  constexpr std::string_view kPhrase = "accepted test request at time ";
  const auto at = line.find(kPhrase);
  return at == std::string_view::npos ? std::nullopt : bwctl_time(line.substr(at + kPhrase.size()), 0);
}

// "bwping: 15 seconds until test results available"
std::optional<std::int64_t> seconds_to_results(std::string_view line) {
  const auto at = line.find(" seconds until test results available");
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto space = line.rfind(' ', at - 1);
  const auto from = space == std::string_view::npos ? 0 : space + 1;
  constexpr std::int64_t kSecondsMax = 1'000'000'000;
  const auto seconds = number_in<std::int64_t>(line.substr(from, at - from));
  return seconds && *seconds >= 0 && *seconds <= kSecondsMax ? seconds : std::nullopt;
}

// Empty unless that is too late.
std::string why_too_late(Instant begins, Instant start, std::string_view verb) {
  if (begins <= start + kBwctlGrace) return {};
  return fmt::format(
      "The far end's BWCTL {} {} after the start of the run; {} is the most that is waited. Try again when "
      "it "
      "is less busy.",
      verb, sdk::human_duration(ceil_to_second(begins) - start), sdk::human_duration(kBwctlGrace));
}

// Why there is no result although it may look like one; empty when there may be.
std::string failure_of(const sdk::ChildOutcome& outcome, const BwctlOutput& output,
                       const std::string& program, Instant start) {
  if (!outcome.trouble.empty()) return outcome.trouble;
  if (!output.failure.empty()) return output.failure;
  if (outcome.status != 0) {
    auto remark = last_bwctl_remark(outcome.errors);
    return remark.empty() ? fmt::format("{} exited with status {}.", program, outcome.status) : remark;
  }
  return output.started ? why_too_late(*output.started, start, "began") : std::string();
}

}  // namespace

std::string BwctlStartWatch::operator()(const std::string& errors, Instant now) {
  std::optional<Instant> begins;
  std::optional<std::int64_t> results_in;
  for (const auto line : split(errors, '\n')) {
    if (const auto accepted = accepted_time(line)) begins = accepted;
    if (const auto seconds = seconds_to_results(line)) results_in = seconds;
  }
  if (results_in && *results_in != results_in_seconds_) {
    results_in_seconds_ = *results_in;
    announced_ = now;
  }
  if (!begins && results_in_seconds_ >= 0)
    begins = announced_ + std::chrono::seconds(results_in_seconds_) - length_;
  return begins ? why_too_late(*begins, start_, "would begin") : std::string();
}

BwctlMeasurement measure_with_bwctl(const sdk::RunInput& input, const std::vector<std::string>& words,
                                    Duration length) {
  sdk::sleep_until(input.start);
  BwctlStartWatch watch(input.start, length);
  const auto limit = input.start + input.duration - sdk::now();
  const auto outcome = sdk::run_child(
      {.words = words,
       .time_limit = std::max(limit, Duration::zero()),
       .output_bytes_max = kOutputBytesMax,
       .term_to_kill = kTermToKill,
       .objection = [&watch](const std::string& errors) { return watch(errors, sdk::now()); }});
  BwctlMeasurement measured;
  measured.output = read_bwctl_output(outcome.output, outcome.errors);
  measured.output.failure = failure_of(outcome, measured.output, words.front(), input.start);
  measured.diags = fmt::format("{}\n\n{}\n{}", sdk::command_text(words), trim_end(outcome.output),
                               trim_end(outcome.errors));
  return measured;
}

}  // namespace pscheduler::plugins
