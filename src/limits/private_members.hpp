#pragma once
// The members by which programs are told what is not in the task; the functions offered to them read these.

#include <string_view>

namespace pscheduler::limits {

inline constexpr std::string_view kRewriterPrivate = "__REWRITER_PRIVATE__";
inline constexpr std::string_view kPrioritizerPrivate = "__PRIORITIZER_PRIVATE__";
inline constexpr std::string_view kFetchPrivate = "__URL_FETCH_PRIVATE__";

}  // namespace pscheduler::limits
