#include "shared/program_version.hpp"

#include <charconv>

namespace pscheduler::plugins {

ProgramVersion parse_program_version(std::string_view text) {
  const char* const end = text.data() + text.size();
  for (std::size_t at = text.find_first_of("0123456789"); at != std::string_view::npos;
       at = text.find_first_of("0123456789", text.find_first_not_of("0123456789", at))) {
    ProgramVersion version;
    const auto major = std::from_chars(text.data() + at, end, version.major);
    if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') continue;
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    if (minor.ec == std::errc{}) return version;
  }
  return {};
}

}  // namespace pscheduler::plugins
