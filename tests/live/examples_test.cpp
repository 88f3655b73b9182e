// The plug-ins of docs/examples do what docs/plugins.md says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "live/run_method.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

using nlohmann::json;
using test::answer;
using test::run_method;
using testing::HasSubstr;

const std::filesystem::path kExamples = std::filesystem::path(EXAMPLES) / "classes";

json run_input(const json& test) {
  return {{"schema", 1},
          {"task-uuid", "7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001"},
          {"schedule", {{"start", "2020-01-01T00:00:00Z"}, {"duration", "PT1S"}}},
          {"test", test},
          {"participant", 0},
          {"participant-data", {json::object()}}};
}

// What every test must do, with the specs that one is given.
void expect_test_works(const std::filesystem::path& test, const json& words, const json& spec,
                       const json& bad_spec) {
  EXPECT_EQ(answer(test / "enumerate", nullptr)["name"], test.filename().string());
  EXPECT_EQ(answer(test / "cli-to-spec", words), spec);
  EXPECT_EQ(answer(test / "spec-to-cli", spec), words);
  EXPECT_EQ(answer(test / "spec-is-valid", spec), json::parse(R"({"valid":true})"));
  EXPECT_EQ(answer(test / "spec-is-valid", bad_spec)["valid"], false);
  for (const auto* junk : {"", "null", "[]", "7", "{"}) {
    const auto outcome = run_method(test / "spec-is-valid", junk);
    EXPECT_EQ(outcome.status, 0) << junk << outcome.errors;
    EXPECT_EQ(json::parse(outcome.output)["valid"], false) << junk;
  }
  EXPECT_EQ(answer(test / "participants", spec)["participants"], json::parse("[null]"));
  EXPECT_NE(run_method(test / "cli-to-spec", R"(["--nonsense"])").status, 0);
  EXPECT_EQ(run_method(test / "spec-format", spec.dump(), {"text/plain"}).status, 0);
}

// What every tool must do; gives the merged result.
json expect_tool_works(const std::filesystem::path& tool, const json& test) {
  EXPECT_EQ(answer(tool / "enumerate", nullptr)["name"], tool.filename().string());
  EXPECT_EQ(answer(tool / "can-run", test)["can-run"], true);
  EXPECT_EQ(answer(tool / "can-run", {{"type", "other"}, {"spec", json::object()}})["can-run"], false);
  EXPECT_EQ(answer(tool / "duration", test)["duration"], "PT1S");
  EXPECT_EQ(answer(tool / "participant-data", {{"participant", 0}, {"test", test}}), json::object());
  EXPECT_NE(run_method(tool / "run", "{}").status, 0);
  EXPECT_EQ(answer(tool / "merged-results", {{"test", test}, {"results", {nullptr}}})["succeeded"], false);
  const auto result = answer(tool / "run", run_input(test));
  return answer(tool / "merged-results", {{"test", test}, {"results", {result}}});
}

std::string formatted(const std::filesystem::path& test, const json& result, const char* type) {
  return run_method(test / "result-format", json{{"spec", json::object()}, {"result", result}}.dump(), {type})
      .output;
}

TEST(Examples, TestInPythonWithToolInShell) {
  const json spec = {{"schema", 1}, {"flips", 100}};
  expect_test_works(kExamples / "test/coinflip", {"--flips", "100"}, spec, {{"flips", 0}});
  const auto result = expect_tool_works(kExamples / "tool/coin", {{"type", "coinflip"}, {"spec", spec}});
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["heads"].get<int>() + result["tails"].get<int>(), 100) << result;
  EXPECT_THAT(formatted(kExamples / "test/coinflip", result, "text/plain"), HasSubstr("Heads: "));
  EXPECT_THAT(formatted(kExamples / "test/coinflip", result, "text/html"), HasSubstr("<th>Tails</th>"));
}

TEST(Examples, TestAndToolInCpp) {
  const auto classes = std::filesystem::path(testing::TempDir()) / ("classes-" + std::to_string(getpid()));
  std::filesystem::create_directories(classes / "test/dice");
  std::filesystem::create_directories(classes / "tool/dicebox");
  for (const auto* method : {"enumerate", "cli-to-spec", "spec-to-cli", "spec-is-valid", "participants",
                             "spec-format", "result-format"}) {
    std::filesystem::create_symlink(CPP_EXAMPLE, classes / "test/dice" / method);
  }
  for (const auto* method :
       {"enumerate", "can-run", "duration", "participant-data", "run", "merged-results"}) {
    std::filesystem::create_symlink(CPP_EXAMPLE, classes / "tool/dicebox" / method);
  }
  const json spec = {{"schema", 1}, {"throws", 4}};
  expect_test_works(classes / "test/dice", {"--throws", "4"}, spec, {{"throws", 0}});
  const auto result = expect_tool_works(classes / "tool/dicebox", {{"type", "dice"}, {"spec", spec}});
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["eyes"].size(), 4u) << result;
  EXPECT_THAT(formatted(classes / "test/dice", result, "text/plain"), HasSubstr("Throw  Eyes"));
  std::filesystem::remove_all(classes);
}

TEST(Examples, ArchiverInPython) {
  const auto archiver = kExamples / "archiver/appendfile";
  const auto file = std::filesystem::path(testing::TempDir()) / ("archive-" + std::to_string(getpid()));
  EXPECT_EQ(answer(archiver / "enumerate", nullptr)["name"], "appendfile");
  EXPECT_EQ(answer(archiver / "data-is-valid", {{"path", file.string()}})["valid"], true);
  EXPECT_EQ(answer(archiver / "data-is-valid", nullptr)["valid"], false);
  const auto record = [](const std::string& path, int result) {
    return "\x1e" + json{{"data", {{"path", path}}}, {"attempts", 0}, {"result", {{"n", result}}}}.dump() +
           "\n";
  };
  const auto outcome =
      run_method(archiver / "archive", record(file, 1) + record("/no/such/folder/file", 2) + record(file, 3));
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto replies = split(trim_end(outcome.output), '\n');
  ASSERT_EQ(replies.size(), 3u) << outcome.output;
  EXPECT_EQ(replies[0], "\x1e{\"succeeded\": true}");
  EXPECT_EQ(json::parse(replies[1].substr(1))["retry"], "PT1M");
  std::ifstream written(file);
  const std::string lines((std::istreambuf_iterator<char>(written)), std::istreambuf_iterator<char>());
  EXPECT_EQ(lines, "{\"n\": 1}\n{\"n\": 3}\n");
  std::filesystem::remove(file);
}

TEST(Examples, ContextInShell) {
  const auto context = kExamples / "context/nice";
  EXPECT_EQ(answer(context / "enumerate", nullptr)["name"], "nice");
  EXPECT_EQ(answer(context / "data-is-valid", {{"level", 5}})["valid"], true);
  EXPECT_EQ(answer(context / "data-is-valid", {{"level", 50}})["valid"], false);
  EXPECT_EQ(json::parse(run_method(context / "data-is-valid", "{").output)["valid"], false);
  const auto here = std::stoi(run_method("/usr/bin/nice", "").output);
  const auto changed =
      run_method(context / "change", json{{"data", {{"level", 3}}}, {"exec", "/usr/bin/nice"}}.dump());
  EXPECT_EQ(changed.status, 0) << changed.errors;
  EXPECT_EQ(std::stoi(changed.output), here + 3);
  EXPECT_EQ(run_method(context / "change", "{}").status, 1);
}

}  // namespace
}  // namespace pscheduler::plugins
