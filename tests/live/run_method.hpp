#pragma once
// Runs an executable method as a daemon does: JSON on stdin, then end of file.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pscheduler/plugin_sdk/child_program.hpp"

namespace pscheduler::plugins::test {

inline sdk::ChildOutcome run_method(const std::filesystem::path& method, const std::string& input,
                                    const std::vector<std::string>& arguments = {}) {
  const auto file = std::filesystem::path(testing::TempDir()) / ("input-" + std::to_string(getpid()));
  std::ofstream(file, std::ios::binary) << input;
  std::vector<std::string> words{"/bin/sh", "-c", R"(input=$1; shift; exec "$@" < "$input")",
                                 "sh",      file, method};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto outcome = sdk::run_child({.words = words, .time_limit = std::chrono::seconds(60)});
  std::filesystem::remove(file);
  return outcome;
}

// The document it answers; a failed expectation and null when there is none.
inline nlohmann::json answer(const std::filesystem::path& method, const nlohmann::json& input) {
  const auto outcome = run_method(method, input.dump());
  EXPECT_EQ(outcome.status, 0) << method << ": " << outcome.errors << outcome.trouble;
  EXPECT_TRUE(outcome.output.ends_with('\n')) << method;
  auto document = nlohmann::json::parse(outcome.output, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << method << ": " << outcome.output;
  return document.is_discarded() ? nlohmann::json() : document;
}

}  // namespace pscheduler::plugins::test
