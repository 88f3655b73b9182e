#pragma once
// UUIDs (RFC 4122) and the typed ids built on them.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace pscheduler {

class Uuid {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  constexpr Uuid() = default;
  constexpr explicit Uuid(const Bytes& bytes) : bytes_(bytes) {}

  // A version 4 UUID from 16 random bytes; six bits are overwritten as RFC 4122, 4.4 says.
  static Uuid from_random(Bytes bytes);

  // Upper or lower case, with or without hyphens, braces or the urn:uuid: prefix (spec api.md, 1).
  static std::optional<Uuid> parse(std::string_view text);

  // Lower case with hyphens, 36 characters.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] constexpr const Bytes& bytes() const noexcept { return bytes_; }

  constexpr auto operator<=>(const Uuid&) const = default;

 private:
  Bytes bytes_{};
};

// A UUID that names one kind of thing; ids of different kinds do not mix.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(Uuid uuid) : uuid_(uuid) {}

  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }

  [[nodiscard]] constexpr const Uuid& uuid() const noexcept { return uuid_; }
  [[nodiscard]] std::string to_string() const { return uuid_.to_string(); }
  constexpr auto operator<=>(const Id&) const = default;

 private:
  Uuid uuid_;
};

using TaskId = Id<struct TaskTag>;
using RunId = Id<struct RunTag>;

}  // namespace pscheduler

template <>
struct std::hash<pscheduler::Uuid> {
  std::size_t operator()(const pscheduler::Uuid& uuid) const noexcept {
    std::size_t value = 14695981039346656037ULL;
    for (const auto byte : uuid.bytes()) value = (value ^ byte) * 1099511628211ULL;
    return value;
  }
};

template <class Tag>
struct std::hash<pscheduler::Id<Tag>> {
  std::size_t operator()(const pscheduler::Id<Tag>& id) const noexcept {
    return std::hash<pscheduler::Uuid>{}(id.uuid());
  }
};
