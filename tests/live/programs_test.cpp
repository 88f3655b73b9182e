// The installed form: links in a class tree, executed as a daemon does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "live/tool_run.hpp"
#include "native_catalogue.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::plugins {
namespace {

using test::answer;
using test::kClasses;
using test::run_method;
using testing::HasSubstr;

int native_plugins() {
  const auto all = native_catalogue();
  return static_cast<int>(all.tests.size() + all.tools.size() + all.archivers.size() + all.contexts.size());
}

TEST(Programs, EveryPluginEnumeratesItselfByItsFolder) {
  int count = 0;
  for (const auto* plugin_class : {"test", "tool", "archiver", "context"}) {
    if (!std::filesystem::exists(kClasses / plugin_class)) continue;
    for (const auto& folder : std::filesystem::directory_iterator(kClasses / plugin_class)) {
      EXPECT_EQ(answer(folder.path() / "enumerate", Json())["name"], folder.path().filename().string());
      ++count;
    }
  }
  EXPECT_EQ(count, native_plugins());
}

// A spec that each test accepts; the first of its tests stands for a tool.
const std::map<std::string, std::string> kSpecs{
    {"clock", R"({"dest":"h.example"})"},        {"idle", R"({"duration":"PT20S"})"},
    {"idlebgm", R"({"duration":"PT20S"})"},      {"idleex", R"({"duration":"PT20S"})"},
    {"latency", R"({"dest":"h.example"})"},      {"noop", R"({"data":1})"},
    {"rtt", R"({"dest":"h.example"})"},          {"trace", R"({"dest":"h.example"})"},
    {"simplestream", R"({"dest":"h.example"})"}, {"throughput", R"({"dest":"h.example"})"},
};

TEST(Programs, EveryMethodOfEveryTestIsThere) {
  for (const auto* plugin : native_catalogue().tests) {
    const std::string name(plugin->identity.name);
    const auto folder = kClasses / "test" / name;
    const auto spec = Json::parse(kSpecs.at(name));
    const auto words = answer(folder / "spec-to-cli", spec);
    auto with_schema = spec;
    with_schema["schema"] = 1;
    EXPECT_EQ(answer(folder / "cli-to-spec", words), with_schema) << name;
    EXPECT_EQ(answer(folder / "spec-is-valid", spec)["valid"], true) << name;
    EXPECT_TRUE(answer(folder / "participants", spec)["participants"][0].is_null()) << name;
    EXPECT_EQ(run_method(folder / "spec-format", spec.dump(), {"text/html"}).status, 0) << name;
    const Json failed = {{"spec", spec}, {"result", {{"succeeded", false}, {"error", "E"}}}};
    EXPECT_THAT(run_method(folder / "result-format", failed.dump()).output, HasSubstr("failed: E")) << name;
  }
}

TEST(Programs, EveryMethodOfEveryToolIsThere) {
  for (const auto* plugin : native_catalogue().tools) {
    const std::string name(plugin->identity.name);
    const auto folder = kClasses / "tool" / name;
    const std::string type(plugin->tests.front());
    const Json test = {{"type", type}, {"spec", Json::parse(kSpecs.at(type))}};
    // There is no h.example that could have BWCTL.
    EXPECT_EQ(answer(folder / "can-run", test)["can-run"], !name.starts_with("bwctl")) << name;
    EXPECT_TRUE(parse_duration(answer(folder / "duration", test)["duration"].get<std::string>())) << name;
    EXPECT_TRUE(answer(folder / "participant-data", {{"participant", 0}, {"test", test}}).is_object());
    EXPECT_EQ(answer(folder / "merged-results", {{"test", test}, {"results", {nullptr}}})["succeeded"],
              false);
    EXPECT_EQ(run_method(folder / "run", "{}").status, 1) << name;
  }
}

TEST(Programs, EveryMethodOfEveryArchiverIsThere) {
  for (const auto* plugin : native_catalogue().archivers) {
    const std::string name(plugin->identity.name);
    const auto folder = kClasses / "archiver" / name;
    EXPECT_EQ(answer(folder / "data-is-valid", Json(7))["valid"], false) << name;
    const auto outcome = run_method(folder / "archive", "\x1e{}\n\x1e{}\n");
    EXPECT_EQ(outcome.status, 0) << name << outcome.errors;
    const auto replies = split(trim_end(outcome.output), '\n');
    ASSERT_EQ(replies.size(), 2u) << name << outcome.output;
    for (const auto reply : replies) EXPECT_TRUE(Json::parse(reply.substr(1)).contains("succeeded")) << name;
  }
}

TEST(Programs, AnswerThroughRelativePathsAndByHand) {
  const auto relative =
      run_method("/bin/sh", "", {"-c", "cd " + (kClasses / "test/rtt").string() + " && ./enumerate"});
  EXPECT_EQ(Json::parse(relative.output)["name"], "rtt");
  const auto by_hand = run_method(std::filesystem::canonical(kClasses / "serve"), "",
                                  {"test", "rtt", "cli-to-spec", "--dest", "h"});
  EXPECT_EQ(Json::parse(by_hand.output), Json::parse(R"({"dest":"h","schema":1})"));
  const auto usage = run_method(std::filesystem::canonical(kClasses / "serve"), "");
  EXPECT_EQ(usage.status, 1);
  EXPECT_THAT(usage.errors, HasSubstr("passthrough"));
}

TEST(Programs, SayWhatIsWrongOnStderr) {
  const auto outcome = run_method(kClasses / "test/rtt/cli-to-spec", R"(["--ttl","abc"])");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "");
  EXPECT_EQ(outcome.errors, "--ttl: \"abc\" is not a whole number; give for example --ttl 64.\n");
  EXPECT_EQ(run_method(kClasses / "tool/ping/run", "garbage").status, 1);
  EXPECT_THAT(run_method(kClasses / "tool/ping/run", "{}").errors, HasSubstr("schedule"));
}

TEST(Programs, ServeAnswersForEveryPluginAndOutlivesGarbage) {
  const auto outcome = run_method(kClasses / "serve",
                                  "junk\n\x1e{\"id\":1,\"class\":\"tool\",\"plugin\":\"psclock\",\"method\":"
                                  "\"duration\",\"input\":{\"type\":\"clock\",\"spec\":{}}}\n");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto lines = split(trim_end(outcome.output), '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(Json::parse(lines[0].substr(1))["serves"].size(), static_cast<std::size_t>(native_plugins()));
  EXPECT_EQ(Json::parse(lines[1].substr(1))["status"], 1);
  EXPECT_EQ(Json::parse(lines[2].substr(1))["output"], Json::parse(R"({"duration":"PT6S"})"));
}

}  // namespace
}  // namespace pscheduler::plugins
