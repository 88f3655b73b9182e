#include "services/federation/peer_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/model/run_state.hpp"
#include "pscheduler/services/peer_extension.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::services {
namespace {

constexpr std::size_t kExcerptBytes = 300;

Errc code_of(int status) {
  switch (status) {
    case 404:
    case 410:
      return Errc::not_found;
    case 409:
      return Errc::conflict;
    case 403:
      return Errc::forbidden;
    case 502:
    case 503:
    case 504:
      return Errc::unreachable;  // there is a web server, but nothing behind it
    default:
      return Errc::not_possible;
  }
}

// One line: texts of 5.2 have line ends at their ends and within.
std::string one_line(std::string_view text) {
  std::string line(trim(text));
  std::replace(line.begin(), line.end(), '\n', ' ');
  return excerpt(line, kExcerptBytes);
}

tl::unexpected<Error> nonsense(const PeerAnswer& answer, std::string_view wanted) {
  return fail(Errc::not_possible, fmt::format("{} made no sense {}: {} was expected, not {}", answer.host,
                                              answer.occasion, wanted, one_line(answer.http.body)));
}

Result<Json> read_json(const PeerAnswer& answer, std::string_view wanted) {
  PSCHEDULER_TRY(check_status(answer));
  json::ReadOptions options;
  options.comments = json::Comments::keep;
  auto value = json::read(answer.http.body, options);
  if (!value) return nonsense(answer, wanted);
  return value;
}

Result<Json> read_object(const PeerAnswer& answer, std::string_view wanted) {
  auto value = read_json(answer, wanted);
  if (value && !value->is_object()) return nonsense(answer, wanted);
  return value;
}

// Older levels list those that can run, and nothing else.
std::optional<PeerTool> read_tool(const Json& entry) {
  const Json* tool = json::find_object(entry, "tool");
  auto name = json::find_string(tool != nullptr ? *tool : entry, "name");
  if (!name || name->empty()) return std::nullopt;
  PeerTool read{std::move(*name), true, {}};
  if (tool == nullptr) return read;
  const Json* verdict = json::find_object(entry, "can-run");
  read.can_run = verdict != nullptr && json::find_bool(*verdict, "can-run").value_or(false);
  const Json* reasons = verdict != nullptr ? json::find_array(*verdict, "reasons") : nullptr;
  if (reasons == nullptr) return read;
  for (const Json& reason : *reasons) {
    if (reason.is_string()) read.reasons.push_back(reason.get<std::string>());
  }
  return read;
}

// An end that is null is that of the window.
std::optional<Instant> read_end(const Json& range, std::string_view name, Instant absent, const Zone& zone) {
  const Json* value = json::find(range, name);
  if (value == nullptr || value->is_null()) return absent;
  if (!value->is_string()) return std::nullopt;
  const auto at = parse_timestamp(value->get_ref<const std::string&>(), zone, TimestampForm::body);
  return at ? std::optional<Instant>(*at) : std::nullopt;
}

// Ascending, without what is empty; those that touch are one.
std::vector<TimeRange> tidied(std::vector<TimeRange> ranges) {
  std::erase_if(ranges, [](const TimeRange& range) { return range.empty(); });
  std::sort(ranges.begin(), ranges.end());
  std::vector<TimeRange> tidy;
  for (const auto& range : ranges) {
    if (!tidy.empty() && range.start <= tidy.back().end) {
      tidy.back().end = std::max(tidy.back().end, range.end);
    } else {
      tidy.push_back(range);
    }
  }
  return tidy;
}

std::optional<std::string> header(const PeerAnswer& answer, std::string_view name) {
  const auto found = answer.http.headers.find(to_lower(name));
  return found == answer.http.headers.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

bool PeerAnswer::ours() const {
  return header(*this, kPeerHeader).has_value();
}

Result<void> check_status(const PeerAnswer& answer) {
  if (answer.http.status == 200) return {};
  const auto text = one_line(answer.http.body);
  return fail(code_of(answer.http.status),
              fmt::format("{} answered {} {}{}{}", answer.host, answer.http.status, answer.occasion,
                          text.empty() ? "" : ": ", text));
}

Result<void> check_presence(const PeerAnswer& answer) {
  auto checked = check_status(answer);
  if (checked) return checked;
  const int status = answer.http.status;
  // As 5.2 tells them apart (spec api.md 15.1): other codes come from a pScheduler in trouble.
  const bool another_server = status < 500 && (status >= 300 || status == 202 || status >= 204);
  if (another_server) {
    checked.error().message = fmt::format("{} does not seem to run pScheduler: it answered {} {}",
                                          answer.host, status, answer.occasion);
  }
  checked.error().code = Errc::unreachable;
  return checked;
}

Result<std::int64_t> read_level(const PeerAnswer& answer) {
  PSCHEDULER_TRY(check_presence(answer));
  const auto value = read_json(answer, "a number");
  if (!value) return fail(value.error());
  const auto level = json::as_integer(*value);
  if (!level) return nonsense(answer, "a number");
  return *level;
}

Result<void> read_presence(const PeerAnswer& answer) {
  PSCHEDULER_TRY(check_presence(answer));
  const auto value = read_json(answer, "a string");
  if (!value) return fail(value.error());
  if (!value->is_string()) return nonsense(answer, "a string");
  return {};
}

Result<std::vector<PeerTool>> read_tools(const PeerAnswer& answer) {
  const auto value = read_json(answer, "an array of tools");
  if (!value) return fail(value.error());
  if (!value->is_array()) return nonsense(answer, "an array of tools");
  std::vector<PeerTool> tools;
  for (const Json& entry : *value) {
    if (auto tool = read_tool(entry)) tools.push_back(std::move(*tool));
  }
  return tools;
}

Result<PeerTimes> read_times(const PeerAnswer& answer, TimeRange window, const Zone& zone) {
  PeerTimes times;
  times.exact = answer.ours();
  // Its level is below the one that came with priorities: nothing can give way there.
  if (answer.http.status == 501) return times;
  const auto value = read_json(answer, "an array of times");
  if (!value) return fail(value.error());
  if (!value->is_array()) return nonsense(answer, "an array of times");
  for (const Json& range : *value) {
    if (!range.is_object()) continue;
    const auto lower = read_end(range, "lower", window.start, zone);
    const auto upper = read_end(range, "upper", window.end, zone);
    if (lower && upper) times.free.push_back({*lower, *upper});
  }
  times.free = tidied(std::move(times.free));
  if (const auto earliest = header(answer, kEarliestStartHeader)) {
    const auto at = parse_timestamp_utc(*earliest, TimestampForm::body);
    if (at) times.earliest_start = *at;
  }
  return times;
}

Result<Held> read_held(const PeerAnswer& answer) {
  const auto run = read_object(answer, "a run");
  if (!run) return fail(run.error());
  const Json* data = json::find(*run, "participant-data");
  if (data == nullptr) return nonsense(answer, "a run with participant-data");
  Held held;
  held.participant_data = json::to_compact(*data);
  const auto name = json::find_string(*run, "state").value_or("");
  const auto state = parse_run_state(name);
  held.refused = state && traits(*state).final;
  if (!held.refused) return held;
  held.reason = json::find_string(*run, "errors").value_or("");
  if (trim(held.reason).empty()) held.reason = fmt::format("{} says that the run is {}", answer.host, name);
  return held;
}

Result<Removal> read_removal(const PeerAnswer& answer) {
  const auto removed = check_status(answer);
  if (removed) return Removal::done;
  if (removed.error().code == Errc::not_found) return Removal::was_not_there;
  return fail(removed.error());
}

Result<PeerResult> read_result(const PeerAnswer& answer) {
  const auto run = read_object(answer, "a run");
  if (!run) return fail(run.error());
  PeerResult read;
  const Json* result = json::find(*run, "result");
  if (result != nullptr && !result->is_null()) read.result = json::to_compact(*result);
  read.state = json::find_string(*run, "state").value_or("");
  read.errors = json::find_string(*run, "errors").value_or("");
  return read;
}

Result<Json> read_clock(const PeerAnswer& answer) {
  return read_object(answer, "the state of a clock");
}

}  // namespace pscheduler::services
