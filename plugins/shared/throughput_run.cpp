#include "shared/throughput_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "shared/side_process.hpp"
#include "shared/throughput_result.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kEndSlack = std::chrono::seconds(1);  // of the slot, to hand over the result
constexpr Duration kFinish = std::chrono::seconds(1);    // programs exchange results after the data
constexpr Duration kPauseFirst = std::chrono::milliseconds(10);
constexpr Duration kPauseMost = std::chrono::milliseconds(200);
constexpr std::size_t kOutputBytesMax = 64u << 20;  // of a day of intervals with many streams

Json run_both_ends(const RunClock& clock, const End& client, const End& server) {
  auto side = SideProcess::start([&] { return server(clock); });
  if (!side) return throughput_failed(side.error().message, {});
  auto result = client(clock);
  // A server that has not seen its client need not be waited for; SideProcess ends it.
  const bool succeeded = json::find_bool(result, "succeeded").value_or(false);
  constexpr Duration kNoMoreThanAMoment = std::chrono::milliseconds(100);
  const auto other = side->wait(succeeded ? clock.left() : kNoMoreThanAMoment);
  return join_ends(std::move(result), other.value_or(Json()));
}

}  // namespace

RunClock::RunClock(const sdk::RunInput& input, Duration measuring) {
  sdk::sleep_until(input.start);
  const auto late = std::max(Duration::zero(), sdk::now() - input.start);
  start_ = Clock::now() - late;
  deadline_ = std::max(input.duration - kEndSlack, Duration::zero());
  last_start_ = std::max(deadline_ - measuring - kFinish, Duration::zero());
}

Duration RunClock::passed() const {
  return std::chrono::floor<Duration>(Clock::now() - start_);
}

Duration RunClock::left() const {
  return std::max(Duration::zero(), deadline_ - passed());
}

Duration RunClock::left_to_begin() const {
  return std::max(Duration::zero(), last_start_ - passed());
}

Attempts run_until_answered(const std::vector<std::string>& words, const RunClock& clock,
                            bool (*again)(const sdk::ChildOutcome&)) {
  const auto begun = Clock::now();
  Attempts attempts;
  for (auto pause = kPauseFirst;; pause = std::min(2 * pause, kPauseMost)) {
    attempts.tried = std::chrono::floor<Duration>(Clock::now() - begun);
    attempts.last =
        sdk::run_child({.words = words, .time_limit = clock.left(), .output_bytes_max = kOutputBytesMax});
    ++attempts.count;
    if (!again(attempts.last) || clock.left_to_begin() <= pause) return attempts;
    sdk::sleep_for(pause);
  }
}

std::string attempts_text(const Attempts& attempts) {
  if (attempts.count < 2) return {};
  return fmt::format(" It was tried {} times in {:.1f} seconds.", attempts.count,
                     static_cast<double>(attempts.tried.count()) / 1e6);
}

std::string program_diags(const std::vector<std::string>& words, const std::string& output,
                          const std::string& errors, const std::string& remark) {
  std::vector<std::string> parts{sdk::command_text(words)};
  for (const auto* part : {&remark, &output, &errors}) {
    if (const auto text = trim_end(*part); !text.empty()) parts.emplace_back(text);
  }
  return join(parts, "\n\n");
}

Json run_own_end(const sdk::RunInput& input, Duration measuring, const End& client, const End& server) {
  constexpr int kServer = 1;
  const RunClock clock(input, measuring);
  if (input.participant == kServer) return server(clock);
  return is_loopback(input.spec) ? run_both_ends(clock, client, server) : client(clock);
}

}  // namespace pscheduler::plugins
