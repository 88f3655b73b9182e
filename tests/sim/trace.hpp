#pragma once
// Everything that happened, as one number: two runs of a seed must agree on it.

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "pscheduler/base/uuid.hpp"
#include "pscheduler/time/instant.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::sim {

class Trace {
 public:
  // `told` prints every event as a line.
  explicit Trace(bool told = false) : told_(told) {}

  [[nodiscard]] bool told() const { return told_; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

  // `what` has to be one of few words; `id` and `more` say to whom it happened and how.
  void add(Instant at, std::string_view what, const Uuid& id = {}, std::string_view more = {}) {
    const auto since = at.time_since_epoch().count();
    mix(&since, sizeof since);
    mix(what.data(), what.size());
    mix(id.bytes().data(), id.bytes().size());
    mix(more.data(), more.size());
    if (!told_) return;
    std::printf("%s %-10.*s %s %.*s\n", format_timestamp(at, Zone::utc()).c_str(),
                static_cast<int>(what.size()), what.data(), id == Uuid{} ? "" : id.to_string().c_str(),
                static_cast<int>(more.size()), more.data());
  }

 private:
  // FNV-1a.
  void mix(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) hash_ = (hash_ ^ bytes[i]) * 1099511628211ULL;
  }

  bool told_;
  std::uint64_t hash_ = 14695981039346656037ULL;
};

}  // namespace pscheduler::sim
