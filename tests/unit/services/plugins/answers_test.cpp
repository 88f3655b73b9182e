#include "services/plugins/answers.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "case_name.hpp"

namespace pscheduler::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

CallName tool_call(Method method) {
  return {PluginClass::tool, "ping", method};
}

CallName test_call(Method method) {
  return {PluginClass::test, "rtt", method};
}

MethodOutput printed(std::string text) {
  return {0, std::move(text), ""};
}

// Every reader that expects JSON refuses the same basic faults.
struct Fault {
  std::string name;
  MethodOutput output;
  std::string message;  // part of it
};

class BasicFaults : public testing::TestWithParam<Fault> {};

TEST_P(BasicFaults, AreTheFaultOfThePlugin) {
  const MethodOutput& output = GetParam().output;
  const auto expect_failed = [](const auto& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::plugin_failed);
    EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
    EXPECT_THAT(result.error().message, HasSubstr("The t"));
  };
  expect_failed(read_command_line(test_call(Method::spec_to_cli), output));
  expect_failed(read_validity(test_call(Method::spec_is_valid), output));
  expect_failed(read_participants(test_call(Method::participants), output));
  expect_failed(read_can_run(tool_call(Method::can_run), output));
  expect_failed(read_duration(tool_call(Method::duration), output));
  expect_failed(read_participant_data(tool_call(Method::participant_data), output));
  expect_failed(read_merged_result(tool_call(Method::merged_results), output));
  expect_failed(read_enumeration(tool_call(Method::enumerate), output));
}

INSTANTIATE_TEST_SUITE_P(
    All, BasicFaults,
    testing::Values(
        Fault{"exits_non_zero", {1, "{}", "Traceback\n  line\nKeyError: 'x'\n\n"}, "KeyError: 'x'"},
        Fault{"exits_non_zero_silently", {3, "", ""}, "status 3"},
        Fault{"not_utf8", printed("{\"valid\": true, \"error\": \"\xff\xfe\"}"), "unusable"},
        Fault{"not_json", printed("hello"), "hello"}, Fault{"nothing", printed(""), "empty"},
        Fault{"two_documents", printed("{}\n{}\n"), "unusable"},
        Fault{"not_a_number", printed("{\"duration\": NaN}"), "unusable"},
        Fault{"unfinished", printed("{\"valid\": tr"), "unusable"}),
    test::CaseName());

TEST(Answers, OfASchemaFromTheFutureAreNotGuessed) {
  const auto output = printed(R"({"schema": 2, "valid": true, "participants": ["a"], "can-run": true})");
  EXPECT_FALSE(read_validity(test_call(Method::spec_is_valid), output));
  EXPECT_FALSE(read_participants(test_call(Method::participants), output));
  EXPECT_FALSE(read_can_run(tool_call(Method::can_run), output));
}

TEST(Answers, OnlyTrueIsValid) {
  const auto valid = [](const char* text) {
    return read_validity(test_call(Method::spec_is_valid), printed(text)).value().valid;
  };
  EXPECT_TRUE(valid(R"({"valid": true, "schema": 1})"));
  EXPECT_FALSE(valid(R"({"valid": false})"));
  EXPECT_FALSE(valid(R"({"valid": "False"})"));
  EXPECT_FALSE(valid(R"({"valid": 1})"));
  EXPECT_FALSE(valid(R"({"valid": null})"));
}

TEST(Answers, ValidityTellsTheReasonAndDropsComments) {
  const auto validity =
      read_validity(test_call(Method::spec_is_valid),
                    printed(R"({"#valid": true, "valid": false, "error": "At /ttl: too large"})"));
  EXPECT_EQ(validity.value().error, "At /ttl: too large");
  EXPECT_FALSE(read_validity(test_call(Method::spec_is_valid), printed(R"({"#valid": true})")));
}

TEST(Answers, RefusedOptionsKeepThePluginsWords) {
  const MethodOutput output{1, "", "Usage: task rtt [options]\n\n  --dest HOST\n"};
  const auto spec = read_spec(test_call(Method::cli_to_spec), output);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, Errc::invalid_argument);
  EXPECT_EQ(spec.error().message, "Usage: task rtt [options]\n\n  --dest HOST\n");
}

TEST(Answers, AMissingInterpreterIsNotTheUsersMistake) {
  const MethodOutput output{127, "", "env: 'python3': No such file or directory\n"};
  EXPECT_EQ(read_spec(test_call(Method::cli_to_spec), output).error().code, Errc::plugin_failed);
}

TEST(Answers, ASpecIsAnObject) {
  EXPECT_FALSE(read_spec(test_call(Method::cli_to_spec), printed("[]")));
  EXPECT_EQ(
      read_spec(test_call(Method::cli_to_spec), printed(R"({"dest": "a", "schema": 3, "#x": 1})")).value(),
      (Json{{"dest", "a"}, {"schema", 3}}));
}

TEST(Answers, ACommandLineIsWords) {
  const auto call = test_call(Method::spec_to_cli);
  EXPECT_THAT(read_command_line(call, printed(R"(["--count", "5", "#x"])")).value(),
              ElementsAre("--count", "5", "#x"));
  EXPECT_THAT(read_command_line(call, printed(R"(["--count", 5])")).value(), ElementsAre("--count", "5"));
  EXPECT_FALSE(read_command_line(call, printed(R"(["--count", null])")));
  EXPECT_FALSE(read_command_line(call, printed(R"({"count": 5})")));
}

TEST(Answers, OnlyTheFirstParticipantMayBeThisNode) {
  const auto call = test_call(Method::participants);
  const auto list =
      read_participants(call, printed(R"({"participants": [null, "b"], "reason": "no source"})"));
  EXPECT_THAT(list.value().participants, ElementsAre(std::nullopt, "b"));
  EXPECT_EQ(list.value().null_reason, "no source");
  for (const char* text : {R"({"participants": ["a", null]})", R"({"participants": []})",
                           R"({"participants": "a"})", R"({"participants": [null, null]})",
                           R"({"participants": [1]})", R"({"participants": [""]})", R"({})"})
    EXPECT_FALSE(read_participants(call, printed(text))) << text;
}

TEST(Answers, CanRunNeedsAClearWord) {
  const auto call = tool_call(Method::can_run);
  const auto refusal = read_can_run(call, printed(R"({"can-run": false, "reasons": ["too short", 5]})"));
  EXPECT_FALSE(refusal.value().can_run);
  EXPECT_THAT(refusal.value().reasons, ElementsAre("too short"));
  EXPECT_FALSE(read_can_run(call, printed(R"({"reasons": []})")));
  EXPECT_FALSE(read_can_run(call, printed(R"({"can-run": "yes"})")));
}

struct Length {
  std::string name;
  std::string text;
  std::optional<RunLength> expected;
};

class Durations : public testing::TestWithParam<Length> {};

TEST_P(Durations, AreWholeSecondsWithinReason) {
  const auto length = read_duration(tool_call(Method::duration), printed(GetParam().text));
  ASSERT_EQ(length.has_value(), GetParam().expected.has_value());
  if (!length) return;
  EXPECT_EQ(length->duration, GetParam().expected->duration);
  EXPECT_EQ(length->post, GetParam().expected->post);
}

INSTANTIATE_TEST_SUITE_P(
    All, Durations,
    testing::Values(Length{"plain", R"({"duration": "PT10S"})", RunLength{10s, 0s}},
                    Length{"rounded_up", R"({"duration": "PT1.000001S", "post": "PT0.1S"})",
                           RunLength{2s, 1s}},
                    Length{"at_least_a_second", R"({"duration": "P0D"})", RunLength{1s, 0s}},
                    Length{"no_post", R"({"duration": "PT1S", "post": null})", RunLength{1s, 0s}},
                    Length{"ten_years_and_more", R"({"duration": "P4000D"})", std::nullopt},
                    Length{"negative", R"({"duration": "-PT5S"})", std::nullopt},
                    Length{"number", R"({"duration": 10})", std::nullopt},
                    Length{"missing", R"({"post": "PT1S"})", std::nullopt},
                    Length{"bad_post", R"({"duration": "PT1S", "post": "soon"})", std::nullopt}),
    test::CaseName());

TEST(Answers, ParticipantDataIsAnyJson) {
  const auto call = tool_call(Method::participant_data);
  EXPECT_EQ(read_participant_data(call, printed("{}")).value(), Json::object());
  EXPECT_EQ(read_participant_data(call, printed("null\n")).value(), Json());
  EXPECT_EQ(read_participant_data(call, printed(R"({"schema": 3, "_key": "s"})")).value().at("_key"), "s");
}

TEST(Answers, AMergedResultIsAnObjectOfAnySchema) {
  const auto call = tool_call(Method::merged_results);
  EXPECT_TRUE(read_merged_result(call, printed(R"({"schema": 2, "succeeded": true})")));
  EXPECT_FALSE(read_merged_result(call, printed("null")));
  EXPECT_FALSE(read_merged_result(call, printed("[]")));
}

TEST(Answers, TextLosesItsEndAndItsCarriageReturns) {
  const auto call = test_call(Method::result_format);
  EXPECT_EQ(read_text(call, printed("one\r\n  two \n\n")).value(), "one\n  two");
  EXPECT_EQ(read_text(call, printed("")).value(), "");
  EXPECT_FALSE(read_text(call, printed("caf\xe9")));
  EXPECT_FALSE(read_text(call, {1, "half a table", "no summary\n"}));
}

TEST(Enumerations, SayWhatThePluginIs) {
  const auto tool = read_enumeration(
      tool_call(Method::enumerate),
      printed(R"({"name": "ping", "description": "d", "version": "1.2-3", "maintainer": {"name": "m"},
                  "tests": ["rtt"], "preference": -5, "#note": "x"})"));
  ASSERT_TRUE(tool) << tool.error().message;
  EXPECT_EQ(tool->preference, -5);
  EXPECT_EQ(tool->version, "1.2-3");
  EXPECT_THAT(tool->tests, ElementsAre("rtt"));
  EXPECT_FALSE(tool->enumeration->contains("#note"));
  EXPECT_THAT(tool->problem, IsEmpty());

  const auto test = read_enumeration(
      test_call(Method::enumerate),
      printed(R"({"schema": 1, "name": "rtt", "description": "d", "version": "1", "maintainer": {"name": "m"},
                  "scheduling-class": "background-multi"})"));
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(test->scheduling_class, SchedulingClass::background_multi);
}

TEST(Enumerations, ThatBreakTheRulesNameTheProblem) {
  const Json good = Json::parse(
      R"({"name": "ping", "description": "d", "version": "1", "maintainer": {"name": "m"},
          "tests": [], "preference": 0})");
  const auto problem = [](const Json& text) {
    const auto plugin = read_enumeration(tool_call(Method::enumerate), printed(text.dump()));
    return plugin ? "" : plugin.error().message;
  };
  EXPECT_EQ(problem(good), "");
  Json other_name = good;
  other_name["name"] = "pong";
  EXPECT_THAT(problem(other_name), HasSubstr("'pong'"));
  Json extra = good;
  extra["scale"] = 1;
  EXPECT_THAT(problem(extra), HasSubstr("scale"));
  Json future = good;
  future["schema"] = 2;
  EXPECT_THAT(problem(future), HasSubstr("schema"));
  Json incomplete = good;
  incomplete.erase("preference");
  EXPECT_THAT(problem(incomplete), HasSubstr("preference"));
  Json wrong = good;
  wrong["version"] = "one";
  EXPECT_THAT(problem(wrong), HasSubstr("version"));
}

}  // namespace
}  // namespace pscheduler::services
