// The test simplestream and what its tool says before and after a run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"

namespace pscheduler::plugins {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

sdk::Outcome call(std::string plugin_class, std::string plugin, std::string method, std::string_view input,
                  std::vector<std::string> arguments = {}) {
  static sdk::Dispatcher dispatcher(native_catalogue());
  return dispatcher.call_text(
      {std::move(plugin_class), std::move(plugin), std::move(method), std::move(arguments)}, input);
}

struct Case {
  const char* input;
  const char* says;  // empty: all is well
};

TEST(SimplestreamSpec, IsJudgedByVersion) {
  for (const auto& [spec, error] : std::initializer_list<Case>{
           {R"({"dest":"h"})", ""},
           {R"({"dest":"h","other":1})", ""},
           {R"({"dest":"h","ip-version":6,"port":9000,"schema":3})", ""},
           {R"({})", "At /"},
           {R"({"dest":"h","fail":2})", "At /fail"},
           {R"({"dest":"h","dawdle":"long"})", "At /dawdle"},
           {R"({"dest":"h","ip-version":5,"schema":2})", "At /ip-version"},
           {R"({"dest":"h","port":65536,"schema":3})", "At /port"},
           {R"({"dest":"h","port":0,"schema":3})", "At /port: 0 is no port to listen on; give 1 to 65535."},
           {R"({"dest":"h","schema":4})", "At /schema"},
       }) {
    const auto outcome = call("test", "simplestream", "spec-is-valid", spec);
    EXPECT_EQ((*outcome.document)["valid"], *error == '\0') << spec << *outcome.document;
    if (*error != '\0') {
      EXPECT_THAT(outcome.document->value("error", ""), StartsWith(error));
    }
  }
}

TEST(SimplestreamSpec, RaisesItsSchemaWithItsFields) {
  const auto schema = [](const char* words) {
    return (*call("test", "simplestream", "cli-to-spec", words).document)["schema"];
  };
  EXPECT_EQ(schema(R"(["-e","h","-d","PT1S","-m","x","-s","s","-t","PT9S","-f","0.1"])"), 1);
  EXPECT_EQ(schema(R"(["--dest","h","-i","6"])"), 2);
  EXPECT_EQ(schema(R"(["--dest","h","-p","9000"])"), 3);
}

TEST(SimplestreamSpec, HasTheSenderBeforeTheReceiver) {
  const auto participants = [](const char* spec) {
    return *call("test", "simplestream", "participants", spec).document;
  };
  EXPECT_EQ(participants(R"({"dest":"d","source":"s","source-node":"sn:4443","dest-node":"dn"})"),
            Json::parse(R"({"participants":["sn:4443","dn"]})"));
  EXPECT_EQ(participants(R"({"dest":"d"})"),
            Json::parse(R"({"participants":[null,"d"],"null-reason":"No source specified"})"));
}

TEST(Simplestreamer, SaysWhatItCannot) {
  for (const auto& [spec, reason] : std::initializer_list<Case>{
           {R"({"dest":"h","dawdle":"PT2S","timeout":"PT4S"})", ""},
           {R"({"dest":"h","dawdle":"PT1H"})", ""},
           {R"({"dest":"h","dawdle":"PT2.1S","timeout":"PT4S"})",
            "PT2.1S is more than half of the timeout PT4S"},
           {R"({"dest":"h","timeout":"PT0S"})", "give PT1S at least"},
           {R"({"dest":"h","schema":4})", "up to schema 3"},
       }) {
    const auto outcome = call("tool", "simplestreamer", "can-run",
                              std::string(R"({"type":"simplestream","spec":)") + spec + "}");
    EXPECT_EQ((*outcome.document)["can-run"], *reason == '\0') << spec << *outcome.document;
    if (*reason != '\0') {
      EXPECT_THAT(outcome.document->dump(), HasSubstr(reason));
    }
  }
}

TEST(Simplestreamer, KeepsTheTimeItNeeds) {
  for (const auto& [spec, slot] : std::initializer_list<Case>{
           {R"({"dest":"h"})", "PT5S"},
           {R"({"dest":"h","dawdle":"PT4S"})", "PT8S"},
           {R"({"dest":"h","dawdle":"PT0S"})", "PT5S"},
           {R"({"dest":"h","dawdle":"PT1S","timeout":"PT20S"})", "PT20S"},
       }) {
    const auto outcome = call("tool", "simplestreamer", "duration",
                              std::string(R"({"type":"simplestream","spec":)") + spec + "}");
    EXPECT_EQ((*outcome.document)["duration"], slot) << spec;
  }
}

TEST(Simplestreamer, TellsOnWhichPortItListens) {
  const auto data = [](int participant, const char* spec) {
    const Json input = {{"participant", participant},
                        {"test", {{"type", "simplestream"}, {"spec", Json::parse(spec)}}}};
    return *call("tool", "simplestreamer", "participant-data", input.dump()).document;
  };
  EXPECT_EQ(data(0, R"({"dest":"h","port":9000,"schema":3})"), Json::object());
  EXPECT_EQ(data(1, R"({"dest":"h","port":9000,"schema":3})"), Json::parse(R"({"listen-port":9000})"));
  const int port = data(1, R"({"dest":"h"})")["listen-port"];
  EXPECT_GE(port, 5890);
  EXPECT_LE(port, 5899);
}

TEST(Simplestreamer, MergesWhatEachEndKnows) {
  const Json sender = {{"succeeded", true}, {"result", {{"dawdled", "PT1S"}, {"sent", "a"}}}};
  const Json receiver = {{"succeeded", true}, {"result", {{"received", "b"}, {"elapsed-time", "PT2S"}}}};
  const auto merge = [](const Json& results) {
    return *call("tool", "simplestreamer", "merged-results",
                 Json{{"test", Json::object()}, {"results", results}}.dump())
                .document;
  };
  const auto whole = merge({sender, receiver});
  EXPECT_EQ(whole, Json::parse(R"({"schema":1,"succeeded":true,"dawdled":"PT1S","sent":"a","received":"b",
                                   "elapsed-time":"PT2S"})"));
  const Json shown = {{"spec", Json::object()}, {"result", whole}};
  EXPECT_THAT(call("test", "simplestream", "result-format", shown.dump()).text,
              HasSubstr("not what was sent"));
  EXPECT_THAT(merge({sender, nullptr}).value("error", ""), StartsWith("The receiver: "));
  EXPECT_THAT(merge(Json::array({sender})).value("error", ""), StartsWith("The receiver: "));
  EXPECT_THAT(merge({{{"succeeded", false}, {"error", "E"}, {"diags", "D"}}, receiver}).dump(),
              AllOf(HasSubstr("The sender: E"), HasSubstr("The sender:\\nD")));
  EXPECT_THAT(merge({sender, sender}).value("error", ""), HasSubstr("receiver's result has no \"received\""));
}

}  // namespace
}  // namespace pscheduler::plugins
