#pragma once
// What archivers have in common: reading the record they are given, and answering it (spec plugins.md 7.2,
// archivers-contexts.md 1).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// The record's data; an empty object when there are none.
const Json& data_of(const Json& record);

// What is archived, as compact JSON without a newline. A text is quoted as JSON wants it.
std::string payload_of(const Json& record);

// The "timeout" that the data give to an exchange, or `usual`; never more than the daemon waits for an
// answer.
Result<Duration> timeout_of(const Json& data, Duration usual);

// Whether another host asked for the task: such a record must not reach what belongs to this host alone.
bool is_from_outside(const Json& record);

// For archivers that write to this host itself: forbidden when another host asked for the task, unless the
// operator lets it with "outside = yes" in the archiver's section of the file `source`.
Result<void> check_outside(const Json& record, bool is_let, std::string_view archiver,
                           std::string_view source);

// One entry of a retry policy: so many attempts, each after this time.
struct RetryStep {
  std::int64_t attempts = 0;
  Duration wait{};
};

sdk::ArchiveReply taken();

// It would not do better another time.
sdk::ArchiveReply given_up(std::string error);

// It may do better: the "retry-policy" of the data, or without one `usual`, says when, or that it is given
// up.
sdk::ArchiveReply failed(const Json& record, std::string error, std::span<const RetryStep> usual = {});

// For what was tried: what is forbidden, invalid or not possible is given up, other failures are failed().
sdk::ArchiveReply reply_to(const Json& record, const Result<void>& done,
                           std::span<const RetryStep> usual = {});

}  // namespace pscheduler::plugins
