#pragma once
// What an operator sets for the tools that measure with BWCTL, in /etc/pscheduler/tool/bwctl.conf
// (docs/tests.md).

#include <cstdint>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {

// A kind of measurement and the program of BWCTL that does it.
struct BwctlTest {
  std::string_view program;
  bool two_ends = false;  // data go through a program at each end; else only the source needs one
};
inline constexpr BwctlTest kBwctlThroughput{"bwctl", true};
inline constexpr BwctlTest kBwctlPing{"bwping"};
inline constexpr BwctlTest kBwctlTrace{"bwtraceroute"};

class BwctlSettings {
 public:
  // Errors: those of the file.
  static Result<BwctlSettings> load();

  [[nodiscard]] bool enabled() const { return enabled_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }  // where bwctld listens, everywhere
  // Seconds that BWCTL may wait for a slot; "-L" of its programs.
  [[nodiscard]] std::string latest_start() const { return std::to_string(latest_start_); }
  // Whether a host with BWCTL alone may only be the source of what needs one end.
  [[nodiscard]] bool source_only() const { return source_only_; }
  // What to start for "bwctl", "bwping" or "bwtraceroute".
  [[nodiscard]] std::string program(std::string_view name) const;

 private:
  explicit BwctlSettings(PluginConfig config) : config_(std::move(config)) {}

  PluginConfig config_;
  bool enabled_ = true;
  std::uint16_t port_ = 0;
  std::int64_t latest_start_ = 0;
  bool source_only_ = false;
};

// Why such a test cannot be done from this node: switched off, or the program is not there; empty when it
// can.
std::string trouble_with_bwctl(const Result<BwctlSettings>& settings, const BwctlTest& test);

// Whether there is no such trouble.
bool has_bwctl(const BwctlTest& test);

}  // namespace pscheduler::plugins
