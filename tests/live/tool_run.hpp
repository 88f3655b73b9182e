#pragma once
// Runs tools of the class tree for real.

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "live/run_method.hpp"
#include "pscheduler/plugin_sdk/temp_dir.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins::test {

inline const std::filesystem::path kClasses = CLASSES;

// What a participant's run is told when it may start at once.
inline nlohmann::json run_input(
    const std::string& type, const nlohmann::json& spec, const std::string& duration, int participant = 0,
    const nlohmann::json& participant_data = nlohmann::json::array({nlohmann::json::object()})) {
  return {{"schema", 1},
          {"task-uuid", "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001"},
          {"schedule", {{"start", format_timestamp_micros(sdk::now(), Zone::utc())}, {"duration", duration}}},
          {"test", {{"type", type}, {"spec", spec}}},
          {"participant", participant},
          {"participant-data", participant_data}};
}

inline nlohmann::json merged(const std::string& tool, const nlohmann::json& test,
                             const nlohmann::json& results) {
  return answer(kClasses / "tool" / tool / "merged-results", {{"test", test}, {"results", results}});
}

// Runs a tool and merges its only result.
inline nlohmann::json measured(const std::string& tool, const nlohmann::json& input) {
  return merged(tool, input["test"],
                nlohmann::json::array({answer(kClasses / "tool" / tool / "run", input)}));
}

// What the runs of all participants answer, each in a process of its own at the same time.
inline std::vector<nlohmann::json> run_together(const std::string& tool,
                                                const std::vector<nlohmann::json>& inputs) {
  const auto folder = sdk::TempDir::create();
  if (!folder) throw std::runtime_error(folder.error().message);
  const auto file = [&](std::string_view kind, std::size_t i) {
    return folder->path() / (std::string(kind) + std::to_string(i));
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) std::ofstream(file("in", i)) << inputs[i];
  const auto outcome =
      run_method("/bin/sh", "",
                 {"-c", "for i in $(seq 0 \"$3\"); do \"$1\" <\"$2/in$i\" >\"$2/out$i\" & done; wait", "sh",
                  kClasses / "tool" / tool / "run", folder->path(), std::to_string(inputs.size() - 1)});
  EXPECT_EQ(outcome.errors, "") << outcome.trouble;
  std::vector<nlohmann::json> results;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::ifstream output(file("out", i));
    results.push_back(nlohmann::json::parse(output, nullptr, false));
  }
  return results;
}

}  // namespace pscheduler::plugins::test
