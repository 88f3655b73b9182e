#include "cli/monitor/keys.hpp"

#include <algorithm>

namespace pscheduler::cli {
namespace {

constexpr char kEscape = '\x1b';

// Longer than any sequence a key sends.
constexpr std::size_t kSequenceMax = 32;

struct Sequence {
  std::string_view after;  // what follows the escape
  KeyKind kind;
};

// With both introducers, as terminals differ and change theirs with their keypad mode.
constexpr Sequence kSequences[] = {
    {"[A", KeyKind::up},       {"[B", KeyKind::down},       {"OA", KeyKind::up},    {"OB", KeyKind::down},
    {"[5~", KeyKind::page_up}, {"[6~", KeyKind::page_down}, {"[H", KeyKind::home},  {"[F", KeyKind::end},
    {"OH", KeyKind::home},     {"OF", KeyKind::end},        {"[1~", KeyKind::home}, {"[4~", KeyKind::end},
    {"[7~", KeyKind::home},    {"[8~", KeyKind::end}};

std::size_t length_of_character(unsigned char lead) {
  if (lead >= 0xF0) return 4;
  if (lead >= 0xE0) return 3;
  return lead >= 0xC0 ? 2 : 1;
}

KeyKind control_key(unsigned char byte) {
  switch (byte) {
    case 0x03:
      return KeyKind::interrupt;
    case 0x08:
    case 0x7F:
      return KeyKind::erase;
    case '\r':
    case '\n':
      return KeyKind::enter;
    default:
      return KeyKind::none;
  }
}

}  // namespace

Key KeyReader::take(std::size_t bytes, KeyKind kind) {
  Key key{kind, kind == KeyKind::text ? bytes_.substr(0, bytes) : std::string()};
  bytes_.erase(0, bytes);
  return key;
}

Key KeyReader::next(bool nothing_follows) {
  while (!bytes_.empty()) {
    const auto byte = static_cast<unsigned char>(bytes_.front());
    Key key;
    if (byte == kEscape) {
      const auto before = bytes_.size();
      key = sequence(nothing_follows);
      if (key.kind == KeyKind::none && bytes_.size() == before) return {};  // the rest is to come
    } else if (byte < 0x20 || byte == 0x7F) {
      key = take(1, control_key(byte));
    } else {
      const auto length = length_of_character(byte);
      if (bytes_.size() < length && !nothing_follows) return {};
      key = take(length, KeyKind::text);
    }
    if (key.kind != KeyKind::none) return key;
  }
  return {};
}

// Keys nobody asks for are taken away silently.
Key KeyReader::sequence(bool nothing_follows) {
  for (const auto& [after, kind] : kSequences) {
    if (std::string_view(bytes_).substr(1).starts_with(after)) return take(1 + after.size(), kind);
  }
  if (bytes_.size() == 1) return nothing_follows ? take(1, KeyKind::escape) : Key{};
  if (bytes_[1] != '[' && bytes_[1] != 'O') return take(1, KeyKind::escape);
  const auto last =
      std::find_if(bytes_.begin() + 2, bytes_.end(), [](char c) { return c >= 0x40 && c <= 0x7E; });
  if (last != bytes_.end()) return take(static_cast<std::size_t>(last - bytes_.begin()) + 1, KeyKind::none);
  if (nothing_follows || bytes_.size() > kSequenceMax) return take(bytes_.size(), KeyKind::none);
  return {};
}

}  // namespace pscheduler::cli
