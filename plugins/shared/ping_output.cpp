#include "shared/ping_output.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

// Lost probes beyond this are counted, not listed: more replies than this do not fit into the output read.
constexpr std::int64_t kTripsMax = 1'000'000;

// Takes a line apart from the front: each step either matches and moves on, or leaves everything as it is.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) {}

  bool skip(std::string_view literal) {
    if (!rest_.starts_with(literal)) return false;
    rest_.remove_prefix(literal.size());
    return true;
  }

  template <class Number>
  std::optional<Number> number() {
    Number value{};
    const auto [at, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(at - rest_.data()));
    return value;
  }

  // Up to the first of the characters, or to the end.
  std::string_view until(std::string_view stops) {
    const auto end = std::min(rest_.find_first_of(stops), rest_.size());
    const auto word = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return word;
  }

  // Moves to after the literal, wherever it comes next.
  bool find(std::string_view literal) {
    const auto at = rest_.find(literal);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + literal.size());
    return true;
  }

  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

std::optional<Duration> milliseconds(Cursor& cursor) {
  const auto value = cursor.number<double>();
  constexpr double kMsMax = 1e12;  // three decades: more is no time ping can have measured
  if (!value || !std::isfinite(*value) || *value < 0 || *value > kMsMax) return std::nullopt;
  return Duration(std::llround(*value * 1000.0));
}

// "192.0.2.1" or "name (192.0.2.1)", before ": " or " icmp_seq"; zones are cut off.
void read_address(std::string_view text, PingTrip& trip) {
  const auto open = text.find(" (");
  if (open != std::string_view::npos && text.ends_with(')')) {
    trip.name = text.substr(0, open);
    text = text.substr(open + 2, text.size() - open - 3);
  }
  trip.ip = text.substr(0, text.find('%'));
}

struct Reply {
  PingTrip trip;
  bool duplicate = false;
};

// "64 bytes from 192.0.2.1: icmp_seq=1 ttl=64 time=0.067 ms (DUP!)"
std::optional<Reply> parse_reply(std::string_view line) {
  Cursor cursor(line);
  Reply reply;
  reply.trip.length = cursor.number<std::int64_t>();
  if (!reply.trip.length || !cursor.skip(" bytes from ")) return std::nullopt;
  const auto seq_at = cursor.rest().find(": icmp_seq=");
  if (seq_at == std::string_view::npos) return std::nullopt;
  read_address(cursor.rest().substr(0, seq_at), reply.trip);
  cursor.find(": icmp_seq=");
  const auto seq = cursor.number<std::int64_t>();
  if (!seq) return std::nullopt;
  reply.trip.seq = *seq;
  if (cursor.skip(" ttl=")) reply.trip.ttl = cursor.number<std::int64_t>();
  if (cursor.skip(" time=")) reply.trip.rtt = milliseconds(cursor);
  reply.duplicate = cursor.rest().find("(DUP!)") != std::string_view::npos;
  return reply;
}

// "From 192.0.2.254 icmp_seq=1 Destination Host Unreachable"; IPv6 has ": icmp_seq=" in some versions.
std::optional<PingTrip> parse_error(std::string_view line) {
  Cursor cursor(line);
  if (!cursor.skip("From ") && !cursor.skip("from ")) return std::nullopt;
  const auto seq_at = cursor.rest().find(" icmp_seq=");
  if (seq_at == std::string_view::npos) return std::nullopt;
  auto address = cursor.rest().substr(0, seq_at);
  if (address.ends_with(':')) address.remove_suffix(1);
  PingTrip trip;
  read_address(address, trip);
  cursor.find(" icmp_seq=");
  const auto seq = cursor.number<std::int64_t>();
  if (!seq) return std::nullopt;
  trip.seq = *seq;
  const auto text = trim(cursor.rest());
  if (const auto word = icmp_error_word(text)) {
    trip.error = *word;
  } else {
    trip.message = text;
  }
  return trip;
}

// "5 packets transmitted, 4 received, +1 duplicates, +2 errors, 20% packet loss, time 819ms"
bool parse_statistics(std::string_view line, PingOutput& output) {
  Cursor cursor(line);
  const auto sent = cursor.number<std::int64_t>();
  if (!sent || !cursor.skip(" packets transmitted, ")) return false;
  const auto received = cursor.number<std::int64_t>();
  if (!received) return false;
  output.sent = *sent;
  output.received = *received;
  output.has_statistics = true;
  for (const auto part : split(cursor.rest(), ',')) {
    Cursor piece(trim(part));
    const bool plus = piece.skip("+");
    const auto value = piece.number<double>();
    if (!value || !std::isfinite(*value)) continue;
    if (plus && piece.skip(" duplicates")) output.duplicates = std::llround(*value);
    if (piece.skip("% packet loss")) output.loss = std::clamp(*value / 100.0, 0.0, 1.0);
  }
  return true;
}

// "rtt min/avg/max/mdev = 0.033/0.041/0.067/0.012 ms, pipe 2"; others say round-trip and stddev.
bool parse_times(std::string_view line, PingOutput& output) {
  if (!line.starts_with("rtt ") && !line.starts_with("round-trip ")) return false;
  Cursor cursor(line);
  if (!cursor.find(" = ")) return false;
  std::array<Duration, 4> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i != 0 && !cursor.skip("/")) return false;
    const auto value = milliseconds(cursor);
    if (!value) return false;
    values[i] = *value;
  }
  output.times = PingOutput::Times{values[0], values[1], values[2], values[3]};
  return true;
}

}  // namespace

std::optional<std::string_view> icmp_error_word(std::string_view text) {
  struct Row {
    std::string_view text;  // what ping's text begins with; the longer before the shorter
    std::string_view word;
  };
  static constexpr std::array kRows{
      Row{"Destination Net Unreachable for Type of Service", "network-unreachable-for-type-of-service"},
      Row{"Destination Host Unreachable for Type of Service", "icmp-destination-host-unreachable-tos"},
      Row{"Destination Net Unreachable", "net-unreachable"},
      Row{"Destination Host Unreachable", "host-unreachable"},
      Row{"Destination Protocol Unreachable", "protocol-unreachable"},
      Row{"Destination Port Unreachable", "port-unreachable"},
      Row{"Frag needed", "fragmentation-needed-and-df-set"},
      Row{"Source Route Failed", "source-route-failed"},
      Row{"Destination Net Unknown", "destination-network-unknown"},
      Row{"Destination Host Unknown", "destination-host-unknown"},
      Row{"Source Host Isolated", "source-host-isolated"},
      Row{"Destination Net Prohibited", "destination-network-administratively-prohibited"},
      Row{"Destination Host Prohibited", "destination-host-administratively-prohibited"},
      Row{"Packet filtered", "communication-administratively-prohibited"},
      Row{"Precedence Violation", "host-precedence-violation"},
      Row{"Precedence Cutoff", "precedence-cutoff-in-effect"},
      // ICMPv6
      Row{"Destination unreachable: No route", "net-unreachable"},
      Row{"Destination unreachable: Administratively prohibited",
          "communication-administratively-prohibited"},
      Row{"Destination unreachable: Beyond scope", "net-unreachable"},
      Row{"Destination unreachable: Address unreachable", "host-unreachable"},
      Row{"Destination unreachable: Port unreachable", "port-unreachable"},
      Row{"Packet too big", "fragmentation-needed-and-df-set"},
  };
  const auto row =
      std::ranges::find_if(kRows, [&](const Row& candidate) { return text.starts_with(candidate.text); });
  if (row == kRows.end()) return std::nullopt;
  return row->word;
}

PingOutput parse_ping_output(std::string_view text, std::int64_t count) {
  PingOutput output;
  std::map<std::int64_t, PingTrip> trips;
  std::int64_t duplicates_seen = 0;
  std::int64_t highest = 0;
  for (const auto line : split(text, '\n')) {
    if (auto reply = parse_reply(line)) {
      const auto seq = reply->trip.seq;
      const auto known = trips.find(seq);
      const bool answered = known != trips.end() && known->second.length.has_value();
      if (reply->duplicate || answered) {
        ++duplicates_seen;
        continue;
      }
      if (seq < highest) ++output.reorders;
      highest = std::max(highest, seq);
      trips.insert_or_assign(seq, std::move(reply->trip));
    } else if (auto error = parse_error(line)) {
      trips.try_emplace(error->seq, std::move(*error));
    } else if (!parse_statistics(line, output)) {
      parse_times(line, output);
    }
  }
  output.duplicates = std::max(output.duplicates, duplicates_seen);
  for (std::int64_t seq = 1; seq <= std::min({count, output.sent, kTripsMax}); ++seq) {
    if (trips.find(seq) == trips.end()) trips[seq].seq = seq;
  }
  for (auto& [seq, trip] : trips) {
    if (seq >= 1 && seq <= count) output.trips.push_back(std::move(trip));
  }
  return output;
}

}  // namespace pscheduler::plugins
