#include "shared/bwctl_settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "pscheduler/plugin_sdk/child_program.hpp"

namespace pscheduler::plugins {
namespace {

constexpr int kPort = 4823;
constexpr std::int64_t kLatestStart = 58;  // just below the minute that tools keep for the waiting
constexpr std::int64_t kLatestStartMax = 3600;

bool is_there(const std::string& program) {
  if (program.find('/') != std::string::npos) return access(program.c_str(), X_OK) == 0;
  return sdk::is_installed(program);
}

}  // namespace

Result<BwctlSettings> BwctlSettings::load() {
  auto config = PluginConfig::of_tool("bwctl");
  if (!config) return fail(config.error());
  BwctlSettings settings(std::move(*config));
  const auto enabled = settings.config_.flag("enabled", true);
  if (!enabled) return fail(enabled.error());
  const auto port = settings.config_.port("port", kPort);
  if (!port) return fail(port.error());
  const auto latest = settings.config_.number("latest_start", kLatestStart, 1, kLatestStartMax);
  if (!latest) return fail(latest.error());
  const auto source_only = settings.config_.flag("source_only", false);
  if (!source_only) return fail(source_only.error());
  settings.enabled_ = *enabled;
  settings.port_ = static_cast<std::uint16_t>(*port);
  settings.latest_start_ = *latest;
  settings.source_only_ = *source_only;
  return settings;
}

std::string BwctlSettings::program(std::string_view name) const {
  return config_.text(fmt::format("{}_cmd", name), name);
}

std::string trouble_with_bwctl(const Result<BwctlSettings>& settings, const BwctlTest& test) {
  if (!settings) return settings.error().message;
  if (!settings->enabled()) return "BWCTL is switched off on this node (enabled in tool/bwctl.conf).";
  const auto program = settings->program(test.program);
  if (is_there(program)) return {};
  return fmt::format("The program {} is not installed.", program);
}

bool has_bwctl(const BwctlTest& test) {
  return trouble_with_bwctl(BwctlSettings::load(), test).empty();
}

}  // namespace pscheduler::plugins
