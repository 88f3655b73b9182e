// A program of plug-ins, executed through links as a daemon does: every method of all four classes.

#include "pscheduler/plugin_sdk/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "live/run_method.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::sdk {
namespace {

using plugins::test::run_method;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A class root with a link for each method, gone with the test.
class SampleProgram : public testing::Test {
 protected:
  ~SampleProgram() override { std::filesystem::remove_all(root_); }

  std::filesystem::path method(const std::string& path) {
    const auto link = root_ / path;
    std::filesystem::create_directories(link.parent_path());
    if (!std::filesystem::is_symlink(link)) std::filesystem::create_symlink(SAMPLE_PROGRAM, link);
    return link;
  }

  ChildOutcome call(const std::string& path, const std::string& input,
                    const std::vector<std::string>& arguments = {}) {
    return run_method(method(path), input, arguments);
  }

  // Through a shell, for what a shell does to descriptors.
  ChildOutcome shell(const std::string& script) { return run_method("/bin/sh", "", {"-c", script}); }

 private:
  std::filesystem::path root_ =
      std::filesystem::path(testing::TempDir()) / ("sample-" + std::to_string(getpid()));
};

struct Row {
  const char* method;
  const char* input;
  const char* output;  // begins with this
  const char* argument = nullptr;
};

TEST_F(SampleProgram, AnswersEveryMethodOfEveryClass) {
  const auto* const run_input =
      R"({"schema":1,"task-uuid":"7d1f0c7e-3a52-4b7f-9d0b-0a54b6f1c001","participant":0,"participant-data":[{}],
          "schedule":{"start":"2020-01-01T00:00:00Z","duration":"PT1S"},
          "test":{"type":"knock","spec":{"host":"a.example"}}})";
  for (
      const auto& row : {
          Row{"test/knock/enumerate", "", R"({"description":"Knock at a door")"},
          Row{"test/knock/cli-to-spec", R"(["--host","b"])", R"({"host":"b","schema":1})"},
          Row{"test/knock/spec-to-cli", R"({"host":"b"})", R"(["--host","b"])"},
          Row{"test/knock/spec-is-valid", R"({"host":"b"})", R"({"valid":true})"},
          Row{"test/knock/participants", R"({"host":"b"})", R"({"participants":["b"]})"},
          Row{"test/knock/spec-format", R"({"host":"b"})", "Host ... b"},
          Row{"test/knock/result-format", R"({"spec":{},"result":{"succeeded":true,"answer":"yes"}})",
              "<table>", "text/html"},
          Row{"tool/knuckles/enumerate", "", R"({"description":"Knock with the knuckles")"},
          Row{"tool/knuckles/can-run", R"({"type":"knock","spec":{}})", R"({"can-run":true})"},
          Row{"tool/knuckles/duration", R"({"type":"knock","spec":{}})", R"({"duration":"PT1S"})"},
          Row{"tool/knuckles/participant-data", R"({"participant":1,"test":{"type":"knock","spec":{}}})",
              R"({"hand":1})"},
          Row{"tool/knuckles/run", run_input,
              R"({"diags":null,"error":null,"result":{"answer":"a.example"},"schema":1,"succeeded":true})"},
          Row{"tool/knuckles/merged-results",
              R"({"test":{"type":"knock","spec":{}},"results":[{"succeeded":true,"result":{"answer":"yes"}}]})",
              R"({"answer":"yes"})"},
          Row{"archiver/drawer/enumerate", "", R"({"description":"Put results into a drawer")"},
          Row{"archiver/drawer/data-is-valid", R"({"drawer":"top"})", R"({"valid":true})"},
          Row{"archiver/drawer/archive", "\x1e{\"data\":{\"drawer\":\"top\"}}\n", "\x1e{\"succeeded\":true}"},
          Row{"context/hat/enumerate", "", R"({"description":"Put on a hat")"},
          Row{"context/hat/data-is-valid", "{}", R"({"valid":true})"},
          Row{"context/hat/change", R"({"data":{"color":"red"},"exec":"/usr/bin/env"})", ""},
      }) {
    const auto outcome =
        call(row.method, row.input,
             row.argument ? std::vector<std::string>{row.argument} : std::vector<std::string>{});
    EXPECT_EQ(outcome.status, 0) << row.method << ": " << outcome.errors;
    EXPECT_THAT(outcome.output, StartsWith(row.output)) << row.method;
    EXPECT_TRUE(outcome.output.ends_with('\n')) << row.method;
  }
}

TEST_F(SampleProgram, ArchivesOneRecordAfterAnother) {
  const auto outcome = call("archiver/drawer/archive",
                            "\x1e{\"data\":{\"drawer\":\"top\"}}\n"
                            "\x1e{\"data\":{\"drawer\":\"stuck\"}}\n"
                            "\x1ejunk\n"
                            "\x1e{\"data\":{}}\n"
                            "{\"data\":{\"drawer\":\"without RS\"}}\n"
                            "\x1e{\"data\":{\"drawer\":\"cut off\"}");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  std::vector<Json> replies;
  for (const auto line : split(trim_end(outcome.output), '\n')) {
    ASSERT_TRUE(line.starts_with('\x1e')) << line;
    replies.push_back(Json::parse(line.substr(1)));
  }
  ASSERT_EQ(replies.size(), 5u) << outcome.output;
  EXPECT_THAT(replies[2]["error"].get<std::string>(), StartsWith("The record is not JSON"));
  replies[2].erase("error");
  EXPECT_THAT(replies,
              ElementsAre(Json::parse(R"({"succeeded":true})"),
                          Json::parse(R"({"succeeded":false,"error":"The drawer is stuck.","retry":"PT5M"})"),
                          Json::parse(R"({"succeeded":false})"),
                          Json::parse(R"({"succeeded":false,"error":"There is no such drawer."})"),
                          Json::parse(R"({"succeeded":true})")));
}

TEST_F(SampleProgram, StopsArchivingWhenNobodyReadsTheReplies) {
  const auto link = method("archiver/drawer/archive").string();
  const auto outcome = shell("(echo '{\"data\":{\"drawer\":\"top\"}}'; echo '{}') | " + link + " >&-");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_FALSE(outcome.errors.empty());
}

TEST_F(SampleProgram, ChangesTheContextAndBecomesTheProgram) {
  const auto changed = call("context/hat/change", R"({"data":{"color":"red"},"exec":"/usr/bin/env"})");
  EXPECT_EQ(changed.status, 0) << changed.errors;
  EXPECT_THAT(changed.output, HasSubstr("SAMPLE_HAT=red\n"));
  const auto launched = call("context/hat/change", R"({"data":{"color":"blue"},"exec":"/usr/bin/env"})");
  EXPECT_EQ(launched.status, 0) << launched.errors;
  EXPECT_THAT(launched.output, HasSubstr("SAMPLE_HAT=as blue as the sky\n"));
  const auto nothing_to_read = call("context/hat/change", R"({"data":{"color":"red"},"exec":"/bin/cat"})");
  EXPECT_EQ(nothing_to_read.status, 0);
  EXPECT_EQ(nothing_to_read.output, "");
  EXPECT_EQ(call("context/hat/change", R"({"data":{"color":"red"},"exec":"/bin/false"})").status, 1);
}

TEST_F(SampleProgram, SaysWhyTheContextCouldNotBeChanged) {
  struct Case {
    const char* input;
    const char* reason;
  };
  for (const auto& [input, reason] :
       {Case{R"({"data":{},"exec":"/usr/bin/env"})", "The hat has no color."},
        Case{R"({"exec":"/usr/bin/env"})", "The hat has no color."},
        Case{R"({"data":{"color":"red"}})", "no \"exec\""},
        Case{R"({"data":{"color":"red"},"exec":"/no/such/program"})", "Could not execute /no/such/program"},
        Case{"", ""}, Case{"garbage", ""}}) {
    const auto outcome = call("context/hat/change", input);
    EXPECT_EQ(outcome.status, 1) << input;
    EXPECT_EQ(outcome.output, "") << input;
    EXPECT_THAT(outcome.errors, HasSubstr(reason)) << input;
    EXPECT_FALSE(outcome.errors.empty()) << input;
  }
}

TEST_F(SampleProgram, ServesThePureMethodsOfAllClasses) {
  const auto outcome = call(
      "serve",
      "\x1e{\"id\":1,\"class\":\"test\",\"plugin\":\"knock\",\"method\":\"spec-is-valid\",\"input\":{}}\n"
      "\x1e{\"id\":2,\"class\":\"tool\",\"plugin\":\"knuckles\",\"method\":\"duration\",\"input\":{\"type\":"
      "\"knock\",\"spec\":{}}}\n"
      "\x1e{\"id\":3,\"class\":\"archiver\",\"plugin\":\"drawer\",\"method\":\"data-is-valid\",\"input\":{}}"
      "\n"
      "\x1e{\"id\":4,\"class\":\"context\",\"plugin\":\"hat\",\"method\":\"data-is-valid\",\"input\":{}}\n"
      "\x1e{\"id\":5,\"class\":\"context\",\"plugin\":\"hat\",\"method\":\"change\",\"input\":{}}\n"
      "\x1e{\"id\":6,\"class\":\"tool\",\"plugin\":\"knuckles\",\"method\":\"run\",\"input\":{}}\n");
  EXPECT_EQ(outcome.status, 0) << outcome.errors;
  const auto lines = split(trim_end(outcome.output), '\n');
  ASSERT_EQ(lines.size(), 7u) << outcome.output;
  const auto answer = [&](std::size_t id) { return Json::parse(lines[id].substr(1)); };
  EXPECT_EQ(answer(1)["output"], Json::parse(R"({"valid":true})"));
  EXPECT_EQ(answer(2)["output"], Json::parse(R"({"duration":"PT1S"})"));
  EXPECT_EQ(answer(3)["output"]["valid"], false);
  EXPECT_EQ(answer(4)["output"]["valid"], true);
  EXPECT_EQ(answer(5)["status"], 1) << "what acts needs a process of its own";
  EXPECT_EQ(answer(6)["status"], 1);
}

TEST_F(SampleProgram, FailsWithASentenceWhateverItIsGiven) {
  struct Case {
    const char* method;
    const char* input;
    const char* reason;
  };
  for (const auto& [path, input, reason] :
       {Case{"tool/knuckles/run", "{}", "schedule"}, Case{"tool/knuckles/run", "", ""},
        Case{"tool/knuckles/no-such-method", "{}", "There is no"},
        Case{"tool/no-such-tool/run", "{}", "There is no"},
        Case{"test/knock/result-format", R"({"spec":{},"result":{"succeeded":true,"answer":"throw"}})",
             "the door fell"}}) {
    const auto outcome = call(path, input);
    EXPECT_EQ(outcome.status, 1) << path;
    EXPECT_EQ(outcome.output, "") << path;
    EXPECT_THAT(outcome.errors, HasSubstr(reason)) << path;
    EXPECT_TRUE(outcome.errors.ends_with('\n')) << path;
  }
}

}  // namespace
}  // namespace pscheduler::sdk
