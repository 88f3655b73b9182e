// Timestamps that need to know a zone; apart, so that programs without zones start without the library for
// them.

#include <array>
#include <cstdio>

#include "pscheduler/time/iso8601.hpp"
#include "time/local_seconds.hpp"

namespace pscheduler {
namespace {

std::string format_offset(std::chrono::minutes offset) {
  const auto size = std::chrono::abs(offset).count();
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%c%02d:%02d", offset.count() < 0 ? '-' : '+',
                                   static_cast<int>(size / 60), static_cast<int>(size % 60));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

struct Shown {
  LocalTime local;
  std::chrono::minutes offset;
};

// Offsets of the nineteenth century have seconds, which ISO 8601 cannot write: the minute below is used for
// the offset and the local time alike, so that the text still means the same instant.
Shown shown_in(Instant at, const Zone& zone) {
  const auto offset = std::chrono::floor<std::chrono::minutes>(zone.offset_at(at));
  return {LocalTime(at.time_since_epoch() + offset), offset};
}

}  // namespace

Result<Instant> parse_timestamp(std::string_view text, const Zone& zone, TimestampForm form) {
  const auto written = parse_written_timestamp(text, form);
  if (!written) return fail(written.error());
  if (written->offset) return Instant(written->local.time_since_epoch() - *written->offset);
  return zone.to_instant(written->local);
}

std::string format_timestamp(Instant at, const Zone& zone) {
  const auto [local, offset] = shown_in(at, zone);
  return format_local_seconds(local) + format_offset(offset);
}

std::string format_timestamp_micros(Instant at, const Zone& zone) {
  const auto [local, offset] = shown_in(at, zone);
  const auto micros = (local - std::chrono::floor<std::chrono::seconds>(local)).count();
  const std::string decimals = std::to_string(1'000'000 + micros).substr(1);
  return format_local_seconds(local) + '.' + decimals + format_offset(offset);
}

}  // namespace pscheduler
