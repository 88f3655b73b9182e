#include "services/plugins/documents.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::services {
namespace {

// A full day of one-way latencies is below a million; each value takes at least 16 bytes of memory.
constexpr std::size_t kValuesMax = 4'000'000;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// The length of the well-formed character at the front, 0 when there is none.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    if (length < text.size() && is_continuation(text[length])) continue;
    return is_utf8(text.substr(0, length)) ? length : 0;
  }
  return 0;
}

std::string fold_line_ends(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') folded.push_back(text[i]);
  return folded;
}

}  // namespace

Result<Json> read_document(std::string_view text, std::size_t bytes_max) {
  if (trim(text).empty()) return fail(Errc::invalid_argument, "it is empty");
  json::ReadOptions options;
  options.bytes_max = bytes_max;
  options.values_max = kValuesMax;
  return json::read(text, options);
}

std::string write_document(const Json& value) {
  return json::to_compact(value);
}

std::string readable(std::string_view text, std::size_t bytes_max) {
  const auto kept = text.substr(0, bytes_max);
  const std::string folded = fold_line_ends(kept);
  std::string result;
  result.reserve(folded.size());
  for (std::string_view rest = folded; !rest.empty();) {
    const std::size_t length = rest.front() == '\0' ? 0 : character_length(rest);
    result.append(length == 0 ? kReplacement : rest.substr(0, length));
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  if (kept.size() < text.size())
    result.append("\n(" + std::to_string(text.size() - kept.size()) + " more bytes are not shown)");
  return result;
}

std::string in_seconds(Duration length) {
  std::array<char, 32> text{};
  const double seconds = static_cast<double>(length.count()) / 1e6;
  std::snprintf(text.data(), text.size(), std::floor(seconds) == seconds ? "%.0f s" : "%.1f s", seconds);
  return text.data();
}

std::string last_line(std::string_view text) {
  const auto ended = trim_end(text);
  const auto begin = ended.rfind('\n');
  return excerpt(trim(begin == std::string_view::npos ? ended : ended.substr(begin + 1)), 300);
}

}  // namespace pscheduler::services
