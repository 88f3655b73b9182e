#include "raw_packets.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

// 32 bits of seconds since 1900, 32 bits of their fraction; 0 is no time at all.
std::uint64_t ntp_time(const Json& packet, std::string_view name) {
  const Json* const value = json::find(packet, name);
  return value != nullptr && value->is_number_unsigned() ? value->get<std::uint64_t>() : 0;
}

std::string time_text(std::uint64_t ntp) {
  constexpr std::int64_t kUnixEpoch = 2'208'988'800;  // in seconds since 1900
  constexpr int kFractionBits = 32;
  const auto seconds = static_cast<std::int64_t>(ntp >> kFractionBits) - kUnixEpoch;
  const auto us = ((ntp & 0xffff'ffffu) * 1'000'000u) >> kFractionBits;
  const Instant at{std::chrono::seconds(seconds) + Duration(static_cast<std::int64_t>(us))};
  return format_timestamp_micros(at, Zone::utc());
}

// The clock's own word: whether it was synchronised, and within what.
std::string clock_text(const Json& packet, std::string_view sync, std::string_view error) {
  std::string text = json::find_bool(packet, sync).value_or(false) ? "Yes" : "No";
  constexpr double kMsPerSecond = 1000.0;
  if (const auto seconds = json::find_number(packet, error))
    text += fmt::format(", {:.3f} ms", *seconds * kMsPerSecond);
  return text;
}

std::string number_text(const Json& packet, std::string_view name) {
  const auto value = json::find_integer(packet, name);
  return value ? std::to_string(*value) : std::string();
}

}  // namespace

std::vector<std::string> raw_packet_headings() {
  return {"Seq No", "Sent", "Sender Sync", "Received", "Receiver Sync", "Latency (ms)", "TTL"};
}

std::vector<std::vector<std::string>> raw_packet_rows(const Json& result) {
  std::vector<std::vector<std::string>> rows;
  const Json* const packets = json::find_array(result, "raw-packets");
  if (packets == nullptr) return rows;
  constexpr double kUnitsPerMs = 4294967.296;  // 2^32 a second
  for (const auto& packet : *packets) {
    const auto sent = ntp_time(packet, "src-ts");
    const auto received = ntp_time(packet, "dst-ts");
    const bool lost = received == 0;
    // Subtracted as integers: a double does not hold a time of 64 bits.
    const auto delay = static_cast<double>(static_cast<std::int64_t>(received - sent)) / kUnitsPerMs;
    rows.push_back({number_text(packet, "seq-num"), time_text(sent),
                    clock_text(packet, "src-clock-sync", "src-clock-err"),
                    lost ? "Lost" : time_text(received),
                    lost ? std::string() : clock_text(packet, "dst-clock-sync", "dst-clock-err"),
                    lost ? std::string() : fmt::format("{:.3f}", delay), number_text(packet, "ip-ttl")});
  }
  return rows;
}

}  // namespace pscheduler::plugins
