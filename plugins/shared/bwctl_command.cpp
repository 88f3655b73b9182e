#include "shared/bwctl_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/bwctl_ends.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kTosMax = 254;
constexpr std::uint16_t kUsualPort = 4823;

std::string name_of(const BwctlEnd& end, const BwctlSettings& settings) {
  if (settings.port() == kUsualPort) return end.host;
  return HostPort{end.host, settings.port()}.to_string();
}

}  // namespace

std::vector<std::string> bwctl_reasons_against(const Json& spec, const BwctlAbility& ability,
                                               std::vector<std::string> own) {
  auto reasons = std::move(own);
  for (const auto& [field, value] : spec.items()) {
    if (std::ranges::find(ability.fields, field) == ability.fields.end())
      reasons.push_back(fmt::format("BWCTL cannot do {}; leave it out.", excerpt(field)));
  }
  if (json::find_bool(spec, "hostnames").value_or(false))
    reasons.emplace_back("BWCTL gives no names of addresses; leave hostnames out or set it to false.");
  const auto tos = json::find_integer(spec, "ip-tos").value_or(0);
  if (tos % 2 != 0 || tos > kTosMax) {
    reasons.push_back(
        fmt::format("BWCTL cannot send with ip-tos {}; give an even number up to {}.", tos, kTosMax));
  }
  const auto settings = BwctlSettings::load();
  if (auto trouble = trouble_with_bwctl(settings, ability.test); !trouble.empty()) {
    reasons.push_back(std::move(trouble));
    return reasons;
  }
  const auto ends = find_bwctl_ends(spec, *settings);
  if (bwctl_side(ends, ability.test, *settings) == BwctlSide::none)
    reasons.push_back(why_no_bwctl(ends, *settings));
  return reasons;
}

Result<BwctlJob> prepare_bwctl(const Json& spec, const BwctlTest& test) {
  auto settings = BwctlSettings::load();
  if (auto trouble = trouble_with_bwctl(settings, test); !trouble.empty())
    return fail(Errc::not_possible, std::move(trouble));
  const auto ends = find_bwctl_ends(spec, *settings);
  const auto side = bwctl_side(ends, test, *settings);
  if (side == BwctlSide::none) return fail(Errc::not_possible, why_no_bwctl(ends, *settings));
  BwctlNames names;
  if (ends.source.has_bwctl) names.source = name_of(ends.source, *settings);
  if (ends.destination.has_bwctl) names.destination = name_of(ends.destination, *settings);
  return BwctlJob{spec, std::move(*settings), std::move(names)};
}

CommandWords begin_bwctl(const BwctlJob& job, const BwctlTest& test, std::string_view tool, BwctlTalk talk) {
  CommandWords words(job.spec, job.settings.program(test.program));
  if (talk == BwctlTalk::verbose) words.add("-v");
  words.add("-T", std::string(tool)).add("-L", job.settings.latest_start());
  return words;
}

void add_ends(CommandWords& words, const BwctlJob& job) {
  if (!job.names.source.empty()) words.add("-s", job.names.source);
  if (!job.names.destination.empty()) words.add("-c", job.names.destination);
}

void add_tos(CommandWords& words, const Json& spec) {
  const auto tos = json::find_integer(spec, "ip-tos").value_or(0);
  if (tos != 0) words.add("-S", std::to_string(tos));
}

}  // namespace pscheduler::plugins
