// passthrough: gives the data of a noop test back, or fails as often as it is asked to.

#include <array>
#include <nlohmann/json.hpp>
#include <random>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTests{"noop"};

Result<Duration> duration(const Json& /*spec*/) {
  return std::chrono::seconds(1);
}

Result<Json> run(const sdk::RunInput& input) {
  const double wanted = json::find_number(input.spec, "fail").value_or(0);
  std::random_device random;
  if (wanted > 0 && std::generate_canonical<double, 32>(random) < wanted) {
    return sdk::failed_run("The test failed because \"fail\" asked for it.", {});
  }
  const Json* const data = json::find(input.spec, "data");
  // Data that is not there is handed through as null, which is a result none the less: see merged_results().
  return sdk::succeeded_run(data == nullptr ? Json() : *data, {});
}

Json merged_results(const Json& /*test*/, const Json& results) {
  const Json* const first = results.empty() ? nullptr : &results.front();
  if (first != nullptr && json::find_bool(*first, "succeeded").value_or(false)) {
    const Json* const data = json::find(*first, "result");
    return {{"schema", 1}, {"succeeded", true}, {"data", data == nullptr ? Json() : *data}};
  }
  return sdk::first_result(results).failure;
}

}  // namespace

extern const sdk::ToolPlugin tool_passthrough;
constinit const sdk::ToolPlugin tool_passthrough{
    .identity = {"passthrough", "Hand the data of a noop test through"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 1,
    .duration = &duration,
    .run = &run,
    .merged_results = &merged_results,
};

}  // namespace pscheduler::plugins
