#pragma once
// What a run takes of a quota, as far as its task tells.

#include "limits/quota_room.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::limits {

// `slot`: the length of the run, where it is known; else the duration that the test asks for, if it does.
// Bytes are told when the quota counts them: the bandwidth that the test names, for each of its streams, over
// its duration and what it omits. A throughput test that names none has the assumed one; without that it is
// not_possible. Other tests that name none move nothing that counts.
Result<Amount> amount_of(const QuotaLimit& quota, const Json& task, std::optional<Duration> slot);

// "1.5 GB"
std::string bytes_text(std::int64_t bytes);

}  // namespace pscheduler::limits
