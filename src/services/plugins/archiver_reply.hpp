#pragma once
// What an archiver's process wrote, turned into its answer. Pure.

#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/services/archivers.hpp"

namespace pscheduler::services {

inline constexpr char kRecordSeparator = '\x1E';

// `line` is without its LF. plugin_failed, with the rest of a sentence that begins with the archiver's name:
// no RS in front, no JSON, no object, a `retry` that is no duration.
Result<ArchiverReply> read_archiver_reply(std::string_view line);

}  // namespace pscheduler::services
