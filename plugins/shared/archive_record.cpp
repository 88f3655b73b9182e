#include "shared/archive_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pscheduler/json/access.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"

namespace pscheduler::plugins {
namespace {

// Daemons end an archiver that takes two minutes for an answer.
constexpr Duration kTimeoutMax = std::chrono::seconds(110);
constexpr Duration kTimeoutMin = std::chrono::milliseconds(1);

std::optional<Duration> next_wait(std::span<const RetryStep> steps, std::int64_t attempts) {
  for (const auto& step : steps) {
    if (attempts < step.attempts) return step.wait;
    attempts -= step.attempts;
  }
  return std::nullopt;
}

std::vector<RetryStep> steps_in(const Json& policy) {
  std::vector<RetryStep> steps;
  for (const Json& entry : policy) {
    const auto wait = sdk::duration_member(entry, "wait", Duration::zero());
    steps.push_back({json::find_integer(entry, "attempts").value_or(0), wait.value_or(Duration::zero())});
  }
  return steps;
}

}  // namespace

const Json& data_of(const Json& record) {
  static const Json none = Json::object();
  const Json* const found = json::find_object(record, "data");
  return found == nullptr ? none : *found;
}

std::string payload_of(const Json& record) {
  const Json* const result = json::find(record, "result");
  return result == nullptr ? "null" : json::to_compact(*result);
}

Result<Duration> timeout_of(const Json& data, Duration usual) {
  const auto asked = sdk::duration_member(data, "timeout", usual);
  if (!asked) return asked;
  return std::clamp(*asked, kTimeoutMin, kTimeoutMax);
}

bool is_from_outside(const Json& record) {
  return json::find_bool(record, "from-outside").value_or(false);
}

Result<void> check_outside(const Json& record, bool is_let, std::string_view archiver,
                           std::string_view source) {
  if (is_let || !is_from_outside(record)) return {};
  return fail(Errc::forbidden,
              fmt::format("The task was asked for from another host, and may not use {0} here; "
                          "\"outside = yes\" in section [{0}] of {1} would let it.",
                          archiver, source));
}

sdk::ArchiveReply taken() {
  return {true, {}, {}};
}

sdk::ArchiveReply given_up(std::string error) {
  return {false, std::move(error), {}};
}

sdk::ArchiveReply failed(const Json& record, std::string error, std::span<const RetryStep> usual) {
  const auto attempts = std::max<std::int64_t>(json::find_integer(record, "attempts").value_or(0), 0);
  const Json* const policy = json::find_array(data_of(record), "retry-policy");
  return {false, std::move(error),
          policy == nullptr ? next_wait(usual, attempts) : next_wait(steps_in(*policy), attempts)};
}

sdk::ArchiveReply reply_to(const Json& record, const Result<void>& done, std::span<const RetryStep> usual) {
  if (done) return taken();
  const auto& [code, message, detail] = done.error();
  const bool for_good =
      code == Errc::forbidden || code == Errc::invalid_argument || code == Errc::not_possible;
  return for_good ? given_up(message) : failed(record, message, usual);
}

}  // namespace pscheduler::plugins
