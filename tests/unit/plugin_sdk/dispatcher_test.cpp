#include "pscheduler/plugin_sdk/dispatcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "unit/plugin_sdk/sample_catalogue.hpp"

namespace pscheduler::sdk {
namespace {

using testing::HasSubstr;

struct Answered {
  std::string_view name;
  Call call;
  std::string_view input;
  std::string_view output;  // JSON
};

class DispatcherAnswers : public testing::TestWithParam<Answered> {};

TEST_P(DispatcherAnswers, WithTheDocument) {
  Dispatcher dispatcher(sample::catalogue());
  const auto outcome = dispatcher.call_text(GetParam().call, GetParam().input);
  ASSERT_EQ(outcome.status, 0) << outcome.errors;
  ASSERT_TRUE(outcome.document);
  EXPECT_EQ(*outcome.document, Json::parse(GetParam().output));
}

const Call kValid{"test", "knock", "spec-is-valid", {}};
const Call kCanRun{"tool", "knuckles", "can-run", {}};

INSTANTIATE_TEST_SUITE_P(
    Methods, DispatcherAnswers,
    testing::Values(
        Answered{"EnumerateTest",
                 {"test", "knock", "enumerate", {}},
                 "",
                 R"({"schema":1,"name":"knock","description":"Knock at a door","version":"1.0",
                     "maintainer":{"name":"pschedulerd developers"},"scheduling-class":"background-multi"})"},
        Answered{"EnumerateTool",
                 {"tool", "knuckles", "enumerate", {}},
                 "",
                 R"({"schema":1,"name":"knuckles","description":"Knock with the knuckles","version":"1.0",
                     "maintainer":{"name":"pschedulerd developers"},"tests":["knock"],"preference":7})"},
        Answered{"EnumerateArchiver",
                 {"archiver", "drawer", "enumerate", {}},
                 "",
                 R"({"schema":1,"name":"drawer","description":"Put results into a drawer","version":"1.0",
                     "maintainer":{"name":"pschedulerd developers"}})"},
        Answered{"WordsOnStdin",
                 {"test", "knock", "cli-to-spec", {}},
                 R"(["--times", 2])",
                 R"({"times":2,"schema":2})"},
        Answered{"WordsAsArguments",
                 {"test", "knock", "cli-to-spec", {"-H", "b"}},
                 "junk",
                 R"({"host":"b","schema":1})"},
        Answered{"SpecToWords",
                 {"test", "knock", "spec-to-cli", {}},
                 R"({"schema":2,"times":3,"#why":"because"})",
                 R"(["--times","3"])"},
        Answered{"Valid", kValid, R"({"host":"a.example","# host":"comments are dropped"})",
                 R"({"valid":true})"},
        Answered{"ParticipantGiven",
                 {"test", "knock", "participants", {}},
                 R"({"host":"a.example"})",
                 R"({"participants":["a.example"]})"},
        Answered{"ParticipantHere",
                 {"test", "knock", "participants", {}},
                 "{}",
                 R"({"participants":[null],"null-reason":"No host specified"})"},
        Answered{"CanRun", kCanRun, R"({"type":"knock","spec":{"times":9,"schema":2}})",
                 R"({"can-run":true})"},
        Answered{"OtherTest", kCanRun, R"({"type":"ring","spec":{}})",
                 R"({"can-run":false,"reasons":["Tool knuckles does not do ring tests."]})"},
        Answered{"NewerSchema", kCanRun, R"({"type":"knock","spec":{"schema":3}})",
                 R"({"can-run":false,
                     "reasons":["Tool knuckles understands knock specs up to schema 2; this one has 3."]})"},
        Answered{"OwnReason", kCanRun, R"({"type":"knock","spec":{"times":10}})",
                 R"({"can-run":false,"reasons":["Knuckles hurt after nine times."]})"},
        Answered{"Duration",
                 {"tool", "knuckles", "duration", {}},
                 R"({"type":"knock","spec":{"times":90}})",
                 R"({"duration":"PT1M30S"})"},
        Answered{"ParticipantData",
                 {"tool", "knuckles", "participant-data", {}},
                 R"({"participant":1,"test":{"type":"knock","spec":{}}})",
                 R"({"hand":1})"},
        Answered{
            "Merged",
            {"tool", "knuckles", "merged-results", {}},
            R"({"test":{"type":"knock","spec":{}},"results":[{"succeeded":true,"result":{"answer":"yes"}}]})",
            R"({"answer":"yes"})"},
        Answered{"DataValid",
                 {"archiver", "drawer", "data-is-valid", {}},
                 R"({"drawer":"top"})",
                 R"({"valid":true})"},
        Answered{"DataInvalid",
                 {"archiver", "drawer", "data-is-valid", {}},
                 "null",
                 R"({"valid":false,"error":"\"drawer\" is missing."})"},
        Answered{"ContextDataValid", {"context", "hat", "data-is-valid", {}}, "{}", R"({"valid":true})"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Dispatcher, AnswersInvalidToWhateverIsNoSpec) {
  Dispatcher dispatcher(sample::catalogue());
  for (const auto* input : {"", "null", "7", "\"x\"", "[]", "{", "\xff", "{\"schema\":\"1\"}",
                            "{\"schema\":99}", "{\"host\":5}", "{\"nosuch\":1}"}) {
    const auto outcome = dispatcher.call_text(kValid, input);
    ASSERT_EQ(outcome.status, 0) << input;
    EXPECT_EQ((*outcome.document)["valid"], false) << input;
    EXPECT_FALSE((*outcome.document)["error"].get<std::string>().empty()) << input;
  }
}

TEST(Dispatcher, FormatsResultsOfBothKinds) {
  Dispatcher dispatcher(sample::catalogue());
  const auto format = [&](std::string type, std::string_view result) {
    const Call call{"test", "knock", "result-format", {std::move(type)}};
    return dispatcher.call_text(call, R"({"spec":{},"result":)" + std::string(result) + "}");
  };
  EXPECT_EQ(format("text/plain", R"({"succeeded":true,"answer":"yes"})").text, "Answer ... yes");
  EXPECT_THAT(format("text/html", R"({"succeeded":true,"answer":"<yes>"})").text,
              HasSubstr("<td>&lt;yes&gt;</td>"));
  EXPECT_EQ(format("text/plain", R"({"succeeded":false,"error":"Nobody home.","diags":"knock knock"})").text,
            "The test failed: Nobody home.\n\nDiagnostics:\n  knock knock");
  EXPECT_EQ(format("text/plain", "null").text, "The test failed: no reason was given.");
  EXPECT_THAT(format("text/plain", R"({"succeeded":true})").errors, HasSubstr("answer"));
  EXPECT_THAT(format("image/png", R"({"succeeded":true,"answer":1})").errors, HasSubstr("text/html"));
}

TEST(Dispatcher, RefusesWhatIsNotThere) {
  Dispatcher dispatcher(sample::catalogue());
  for (const auto& call : {Call{"test", "knock", "run", {}}, Call{"test", "ring", "enumerate", {}},
                           Call{"toast", "knock", "enumerate", {}}, Call{"", "", "", {}}}) {
    EXPECT_EQ(dispatcher.need(call), Dispatcher::Need::unknown_method);
    const auto outcome = dispatcher.call_text(call, "{}");
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.errors, HasSubstr("There is no"));
  }
}

TEST(Dispatcher, SurvivesAPluginThatThrows) {
  Dispatcher dispatcher(sample::catalogue());
  const Call format{"test", "knock", "result-format", {}};
  const auto outcome =
      dispatcher.call_text(format, R"({"spec":{},"result":{"succeeded":true,"answer":"throw"}})");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.errors, HasSubstr("the door fell"));
}

TEST(Dispatcher, ListsWhatItServes) {
  const auto serves = Dispatcher(sample::catalogue()).serves()["serves"];
  ASSERT_EQ(serves.size(), 4u);
  EXPECT_EQ(serves[0], Json::parse(R"({"class":"test","name":"knock","methods":["enumerate","cli-to-spec",
      "spec-to-cli","spec-is-valid","participants","spec-format","result-format"]})"));
  // participant-data of this tool is computed per run and so not served.
  EXPECT_EQ(serves[1]["methods"], Json::parse(R"(["enumerate","can-run","duration","merged-results"])"));
}

TEST(Dispatcher, DoesNotServeWhatAsksAround) {
  auto tool = sample::kKnuckles;
  auto test = *sample::catalogue().tests.front();
  tool.asks_around = [] { return true; };
  test.asks_around = [] { return true; };
  const std::array<const ToolPlugin*, 1> tools{&tool};
  const std::array<const TestPlugin*, 1> tests{&test};
  const auto served = [&] { return Dispatcher({tests, tools, {}, {}}).serves().dump(); };
  EXPECT_THAT(served(), Not(AnyOf(HasSubstr("can-run"), HasSubstr("participants"))));
  tool.asks_around = test.asks_around = [] { return false; };
  EXPECT_THAT(served(), AllOf(HasSubstr("can-run"), HasSubstr("participants")));
}

}  // namespace
}  // namespace pscheduler::sdk
