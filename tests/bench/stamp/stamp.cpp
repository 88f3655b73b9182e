// The tool "stamp" of the benchmarks: runs a noop test by telling when it should begin, when its process and
// its work did, and when it was done.

#include <array>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"

namespace {

using namespace pscheduler;

std::int64_t calendar_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::int64_t began_us = 0;

constexpr std::array<std::string_view, 1> kTests{"noop"};

Result<Duration> duration(const Json& /*spec*/) {
  return std::chrono::seconds(1);
}

Result<Json> run(const sdk::RunInput& input) {
  sdk::sleep_until(input.start);
  const auto working_us = calendar_us();
  return sdk::succeeded_run({{"planned-us", input.start.time_since_epoch().count()},
                             {"started-us", began_us},
                             {"working-us", working_us},
                             {"ended-us", calendar_us()}},
                            {});
}

Json merged_results(const Json& /*test*/, const Json& results) {
  auto first = sdk::first_result(results);
  if (!first.result) return first.failure;
  return {{"schema", 1}, {"succeeded", true}, {"data", *first.result}};
}

// Never chosen unless it is asked for.
constexpr int kPreference = -1;

constinit const sdk::ToolPlugin kStamp{
    .identity = {"stamp", "Tell when a run began and ended, for benchmarks"},
    .tests = kTests,
    .preference = kPreference,
    .spec_schema_max = 1,
    .duration = &duration,
    .run = &run,
    .merged_results = &merged_results,
};

constexpr std::array<const sdk::ToolPlugin*, 1> kTools{&kStamp};

}  // namespace

int main(int argc, char** argv) {
  began_us = calendar_us();
  return sdk::run_program({.tests = {}, .tools = kTools, .archivers = {}, .contexts = {}}, argc, argv);
}
