// The host and the native plug-ins of this build together.

#include <gmock/gmock.h>

#include "host_fixture.hpp"

namespace pscheduler::test {
namespace {

using services::PluginClass;
using testing::IsEmpty;

class NativePlugins : public HostTest {
 public:
  NativePlugins() { options_.class_roots = {CLASSES_PATH}; }
};

TEST_F(NativePlugins, AreAllUsable) {
  for (const PluginClass plugin_class :
       {PluginClass::test, PluginClass::tool, PluginClass::archiver, PluginClass::context}) {
    std::vector<std::string> problems;
    for (const auto& plugin : host().unusable(plugin_class)) problems.push_back(plugin.problem);
    EXPECT_THAT(problems, IsEmpty());
  }
  EXPECT_NE(host().find(PluginClass::test, "noop"), nullptr);
  EXPECT_NE(host().find(PluginClass::tool, "passthrough"), nullptr);
}

TEST_F(NativePlugins, AnswerPureMethodsInOneProcess) {
  auto& plugins = host();
  const auto spec = await(plugins.cli_to_spec("noop", Json{"--data", "{\"a\": 1}"}));
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_TRUE(await(plugins.spec_is_valid("noop", *spec)).value().valid);
  EXPECT_FALSE(await(plugins.spec_is_valid("noop", Json("text"))).value().valid);
  EXPECT_TRUE(await(plugins.participants("noop", *spec, "")));
  const auto offers = await(plugins.offers(Json{{"type", "noop"}, {"spec", *spec}}, ""));
  ASSERT_EQ(offers.size(), 1U);
  EXPECT_TRUE(offers[0].answer.can_run);
  const auto refused = await(plugins.cli_to_spec("noop", Json{"--no-such-option"}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_argument);
  EXPECT_EQ(processes_.starts, 1);
  EXPECT_EQ(processes_.runs, 0);
}

TEST_F(NativePlugins, RunAndMerge) {
  auto& plugins = host();
  const Json test{{"type", "noop"}, {"spec", {{"schema", 1}, {"data", {{"a", 1}}}}}};
  services::ToolRun run = tool_run("passthrough");
  run.test = std::make_shared<const Json>(test);
  const auto outcome = await(plugins.run(std::move(run)));
  ASSERT_TRUE(outcome && outcome->output) << (outcome ? outcome->failure : outcome.error().message);
  const auto merged = await(plugins.merged_results("passthrough", test, Json::array({*outcome->output})));
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(merged->at("succeeded"), true);
}

// The host's judgement of a specification nested too deeply is the plug-in's, and costs nobody the process.
TEST_F(NativePlugins, SurviveDeepAndLargeSpecs) {
  auto& plugins = host();
  Json deep = 1;
  for (int i = 0; i < 150; ++i) deep = Json::array({deep});
  const auto judged = await(plugins.spec_is_valid("noop", Json{{"data", deep}}));
  EXPECT_TRUE(judged) << judged.error().message;
  EXPECT_TRUE(await(plugins.spec_is_valid("noop", Json{{"data", std::string(40'000, '[')}})).value().valid);
  EXPECT_EQ(processes_.starts, 1);
  EXPECT_EQ(log_.count("PLUGIN_SERVE_FAILED"), 0U);
}

}  // namespace
}  // namespace pscheduler::test
