#pragma once
// The text of a log line, without its time.

#include <initializer_list>
#include <string>
#include <string_view>

#include "pscheduler/ports/log.hpp"

namespace pscheduler::adapters {

inline constexpr std::size_t kLogValueBytesMax = 2000;  // of one field
inline constexpr std::size_t kLogLineBytesMax = 8000;   // below what journald and syslog cut

std::string log_line(const ports::Message& message, std::initializer_list<ports::Field> fields);

std::string_view level_name(ports::Level level);

}  // namespace pscheduler::adapters
