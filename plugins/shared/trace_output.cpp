#include "shared/trace_output.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kTtlMax = 255;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' ')) {
    if (!trim(word).empty()) words.push_back(trim(word));
  }
  return words;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || at != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Duration> milliseconds(std::string_view text) {
  constexpr double kMsMax = 1e12;  // three decades: more is no time that can have been measured
  const auto value = number_of<double>(text);
  if (!value || !std::isfinite(*value) || *value < 0 || *value > kMsMax) return std::nullopt;
  return Duration(std::llround(*value * 1000.0));
}

// The place of a TTL in the path, which grows to it; nothing for what is none.
TraceHop* hop_at(TracePath& path, std::string_view ttl_text) {
  const auto ttl = number_of<std::int64_t>(ttl_text);
  if (!ttl || *ttl < 1 || *ttl > kTtlMax) return nullptr;
  const auto index = static_cast<std::size_t>(*ttl - 1);
  if (path.size() <= index) path.resize(index + 1);
  return &path[index];
}

void read_mark(std::string_view mark, TraceHop& hop) {
  if (const auto word = icmp_error_of_mark(mark)) hop.error = *word;
  constexpr std::string_view kTooBig = "!F-";  // with the size that fits
  if (!mark.starts_with(kTooBig)) return;
  const auto mtu = number_of<std::int64_t>(mark.substr(kTooBig.size()));
  if (mtu && *mtu > 0) hop.mtu = mtu;
}

// "10.0.0.1  0.075 ms  0.061 ms !X" and "* 10.0.0.1  1.2 ms".
TraceHop read_probes(const std::vector<std::string_view>& words) {
  TraceHop hop;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (hop.ip.empty()) {
      const auto address = words[i] == "*" ? words[i] : words[i].substr(0, words[i].find('%'));
      if (IpAddress::parse(address)) hop.ip = address;
      continue;
    }
    if (!hop.rtt && i + 1 < words.size() && words[i + 1] == "ms") hop.rtt = milliseconds(words[i]);
    if (hop.error.empty() && words[i].starts_with('!')) read_mark(words[i], hop);
  }
  return hop;
}

// "10.0.0.1   0.014ms pmtu 1400", "no reply", "10.0.0.1  3064.592ms !H", "10.0.0.1  0.1ms asymm  2 reached".
void read_tracepath_words(const std::vector<std::string_view>& words, TraceHop& hop,
                          std::optional<std::int64_t>& mtu) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto word = words[i];
    const auto address = word.substr(0, word.find('%'));
    if (i == 1 && IpAddress::parse(address)) {
      hop.ip = address;
    } else if (word.ends_with("ms") && word.size() > 2) {
      if (const auto rtt = milliseconds(word.substr(0, word.size() - 2))) hop.rtt = rtt;
    } else if (word == "pmtu" && i + 1 < words.size()) {
      const auto found = number_of<std::int64_t>(words[i + 1]);
      if (found && *found > 0) mtu = found;
    } else if (word.starts_with('!')) {
      read_mark(word, hop);
    }
  }
  if (!hop.ip.empty() && mtu) hop.mtu = mtu;
}

}  // namespace

TracePath parse_traceroute_output(std::string_view text) {
  TracePath path;
  for (const auto line : split(text, '\n')) {
    const auto words = words_of(line);
    if (words.size() < 2) continue;
    if (TraceHop* const hop = hop_at(path, words.front())) *hop = read_probes(words);
  }
  return path;
}

TracePath parse_tracepath_output(std::string_view text) {
  TracePath path;
  std::optional<std::int64_t> mtu;  // of the path so far
  for (const auto line : split(text, '\n')) {
    const auto words = words_of(line);
    if (words.size() < 2 || !words.front().ends_with(':')) continue;
    if (words[1] == "[LOCALHOST]") {
      TraceHop ourselves;  // no hop, but it says what the first link can carry
      read_tracepath_words(words, ourselves, mtu);
      continue;
    }
    if (words[1] == "send") continue;  // "send failed": nothing was asked
    auto ttl = words.front().substr(0, words.front().size() - 1);
    if (ttl.ends_with('?')) ttl.remove_suffix(1);
    if (TraceHop* const hop = hop_at(path, ttl)) read_tracepath_words(words, *hop, mtu);
  }
  return path;
}

std::optional<std::string_view> icmp_error_of_mark(std::string_view mark) {
  // In the order of the codes of ICMP's destination unreachable (RFC 792, 1122 and 1812).
  static constexpr std::array<std::string_view, 16> kByCode{"net-unreachable",
                                                            "host-unreachable",
                                                            "protocol-unreachable",
                                                            "port-unreachable",
                                                            "fragmentation-needed-and-df-set",
                                                            "source-route-failed",
                                                            "destination-network-unknown",
                                                            "destination-host-unknown",
                                                            "source-host-isolated",
                                                            "destination-network-administratively-prohibited",
                                                            "destination-host-administratively-prohibited",
                                                            "network-unreachable-for-type-of-service",
                                                            "icmp-destination-host-unreachable-tos",
                                                            "communication-administratively-prohibited",
                                                            "host-precedence-violation",
                                                            "precedence-cutoff-in-effect"};
  struct Letter {
    char letter;
    std::size_t code;
  };
  static constexpr std::array kLetters{Letter{'N', 0},  Letter{'H', 1},  Letter{'P', 2},
                                       Letter{'F', 4},  Letter{'S', 5},  Letter{'X', 13},
                                       Letter{'A', 13}, Letter{'V', 14}, Letter{'C', 15}};
  if (mark.size() < 2 || mark.front() != '!') return std::nullopt;
  auto rest = mark.substr(1);
  const auto found = std::ranges::find(kLetters, rest.front(), &Letter::letter);
  if (found != kLetters.end()) return kByCode[found->code];
  if (rest.front() == '<' && rest.back() == '>') rest = rest.substr(1, rest.size() - 2);
  const auto code = number_of<std::size_t>(rest);
  if (!code || *code >= kByCode.size()) return std::nullopt;
  return kByCode[*code];
}

}  // namespace pscheduler::plugins
