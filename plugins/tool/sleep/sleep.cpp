// sleep: idles for 15 seconds to an hour.

#include <array>
#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "shared/idle_shared.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 2> kTests{"idle", "idleex"};
constexpr Duration kShortest = std::chrono::seconds(15);
constexpr Duration kLongest = std::chrono::hours(1);

std::vector<std::string> reasons_against(const Json& spec) {
  const auto length = sdk::duration_member(spec, "duration", Duration::zero());
  if (!length) return {length.error().message};
  if (*length < kShortest) return {"The duration is too short for this tool; it sleeps PT15S at least."};
  if (*length > kLongest) return {"The duration is too long for this tool; it sleeps PT1H at most."};
  return {};
}

}  // namespace

extern const sdk::ToolPlugin tool_sleep;
constinit const sdk::ToolPlugin tool_sleep{
    .identity = {"sleep", "Idle by sleeping, from 15 seconds to an hour"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 2,
    .reasons_against = &reasons_against,
    .duration = &idle_slot,
    .run = &sleep_as_told,
    .merged_results = &merge_slept,
};

}  // namespace pscheduler::plugins
