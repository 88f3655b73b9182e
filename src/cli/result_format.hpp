#pragma once
// The forms a result can be shown in.

#include <optional>
#include <string>
#include <string_view>

namespace pscheduler::cli {

enum class ResultFormat { text, html, json, none };

// A word of --format: text, html, json, none or a MIME type.
std::optional<ResultFormat> parse_result_format(std::string_view word);

// As the servers are asked for it; `none` has none.
std::string_view mime_type(ResultFormat format);

}  // namespace pscheduler::cli
