#pragma once
// The target of an HTTP request, taken apart: "/pscheduler//tools?test=%7B%7D".

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/base/result.hpp"

namespace pscheduler {

// Far above the 8 KiB of common servers, as whole test specifications travel in queries.
inline constexpr std::size_t kTargetBytesMax = 256u << 10;
inline constexpr std::size_t kTargetSegmentsMax = 32;
inline constexpr std::size_t kTargetParametersMax = 256;

struct RequestTarget {
  // The pieces of the path, decoded; empty ones, which double slashes make, are left out.
  std::vector<std::string> segments;
  bool trailing_slash = false;

  // Names and values of the query, decoded as forms are: '+' is a blank, so a plus sign must come as %2B.
  // A name without '=' has an empty value. Only the first of a repeated name is kept.
  std::vector<std::pair<std::string, std::string>> parameters;

  // Origin form (/path?query) or absolute form (https://host/path?query). too_large beyond the limits above;
  // invalid_argument for anything else, for broken escapes and for text that is not UTF-8.
  static Result<RequestTarget> parse(std::string_view text);

  // The value of a query argument; nothing when it is absent.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

}  // namespace pscheduler
