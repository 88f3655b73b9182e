#include "shared/bwctl_output.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "pscheduler/base/text.hpp"
#include "shared/line_words.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 3> kPrefixes{"bwctl: ", "bwping: ", "bwtraceroute: "};

constexpr std::array<std::string_view, 12> kFatal{"Unable to connect to",
                                                  "Unable to initiate peer handshake",
                                                  "did not complete in allocated time frame",
                                                  "NTP is unsynchronized",
                                                  "Denied by",
                                                  "busy. (Try -L",
                                                  "options unsupported by",
                                                  "No tools in common",
                                                  "not available by both servers",
                                                  "Control connection failure",
                                                  "Timed out waiting for results",
                                                  "bad reservation time"};

// Said in runs that gave a result, too.
constexpr std::array<std::string_view, 3> kDoubtful{"exited before expected", "remote peer cancelled",
                                                    "Session ended abnormally"};

constexpr std::array<std::string_view, 6> kHarmless{
    "Peer cancelled test before expected", "Hostname", "Using tool",
    "seconds until test results",          "STA_NANO", "Messages being sent"};

template <std::size_t N>
bool says_any(std::string_view line, const std::array<std::string_view, N>& fragments) {
  return std::ranges::any_of(
      fragments, [&](std::string_view fragment) { return line.find(fragment) != std::string_view::npos; });
}

bool is_remark(std::string_view line) {
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return line.starts_with(prefix); });
}

// "bwctl: start_tool: 4004284070.738430", in seconds since 1900.
void note_start(std::string_view line, BwctlOutput& read) {
  constexpr std::string_view kPhrase = "bwctl: start_tool: ";
  constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;
  if (line.starts_with(kPhrase)) read.started = bwctl_time(line.substr(kPhrase.size()), kFrom1900To1970);
}

void judge(std::string_view line, BwctlOutput& read) {
  if (!is_remark(line)) return;
  if (read.failure.empty() && says_any(line, kFatal)) read.failure = line;
  if (read.doubt.empty() && says_any(line, kDoubtful)) read.doubt = line;
}

}  // namespace

std::optional<Instant> bwctl_time(std::string_view text, std::int64_t epoch_before_1970) {
  const auto seconds = number_in<double>(text.substr(0, text.find_first_not_of("0123456789.")));
  constexpr double kSecondsMax = 1e11;  // three millennia: no slot is there
  if (!seconds || *seconds > kSecondsMax) return std::nullopt;
  return Instant(Duration(std::llround(*seconds * 1e6))) - std::chrono::seconds(epoch_before_1970);
}

std::string last_bwctl_remark(std::string_view errors) {
  std::string last;
  for (const auto line : split(errors, '\n')) {
    if (!trim(line).empty() && !says_any(line, kHarmless)) last = trim(line);
  }
  return last;
}

BwctlOutput read_bwctl_output(std::string_view output, std::string_view errors) {
  BwctlOutput read;
  for (const auto line : split(errors, '\n')) judge(trim(line), read);
  bool inside = false;
  for (const auto line : split(output, '\n')) {
    const auto text = trim(line);
    judge(text, read);
    note_start(text, read);
    if (text == "SENDER START" || text == "RECEIVER START") {
      inside = true;
    } else if (text == "SENDER END" || text == "RECEIVER END") {
      inside = false;
    } else if (inside && !is_remark(text)) {
      read.result += std::string(trim_end(line)) + '\n';
    }
  }
  if (!read.failure.empty() || !trim(read.result).empty()) return read;
  read.failure = read.doubt.empty() ? last_bwctl_remark(errors) : read.doubt;
  if (read.failure.empty()) read.failure = "BWCTL gave no result and no reason.";
  return read;
}

}  // namespace pscheduler::plugins
