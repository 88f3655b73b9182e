#include "cli/result_format.hpp"

namespace pscheduler::cli {

std::optional<ResultFormat> parse_result_format(std::string_view word) {
  if (word == "text" || word == "text/plain") return ResultFormat::text;
  if (word == "html" || word == "text/html") return ResultFormat::html;
  if (word == "json" || word == "application/json") return ResultFormat::json;
  if (word == "none") return ResultFormat::none;
  return std::nullopt;
}

std::string_view mime_type(ResultFormat format) {
  switch (format) {
    case ResultFormat::text:
      return "text/plain";
    case ResultFormat::html:
      return "text/html";
    case ResultFormat::json:
      return "application/json";
    case ResultFormat::none:
      return "";
  }
  return "";
}

}  // namespace pscheduler::cli
