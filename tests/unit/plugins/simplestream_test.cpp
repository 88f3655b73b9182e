// The test simplestream and its tool, both participants of which really run against each other.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <future>
#include <nlohmann/json.hpp>

#include "native_catalogue.hpp"
#include "pscheduler/plugin_sdk/dispatcher.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"
#include "tool/simplestreamer/text_stream.hpp"
#include "unit/plugins/tool_run.hpp"

namespace pscheduler::plugins {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::kClasses;
using test::merged;
using test::run_input;
using test::run_together;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

sdk::Outcome call(std::string plugin_class, std::string plugin, std::string method, std::string_view input,
                  std::vector<std::string> arguments = {}) {
  static sdk::Dispatcher dispatcher(native_catalogue());
  return dispatcher.call_text(
      {std::move(plugin_class), std::move(plugin), std::move(method), std::move(arguments)}, input);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

// A port nobody listens on.
std::uint16_t free_port() {
  const sdk::Fd fd(socket(AF_INET, SOCK_STREAM, 0));
  auto address = loopback(0);
  bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
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
    return answer(
        kClasses / "tool/simplestreamer/participant-data",
        {{"participant", participant}, {"test", {{"type", "simplestream"}, {"spec", Json::parse(spec)}}}});
  };
  EXPECT_EQ(data(0, R"({"dest":"h","port":9000,"schema":3})"), Json::object());
  EXPECT_EQ(data(1, R"({"dest":"h","port":9000,"schema":3})"), Json::parse(R"({"listen-port":9000})"));
  const int port = data(1, R"({"dest":"h"})")["listen-port"];
  EXPECT_GE(port, 5890);
  EXPECT_LE(port, 5899);
}

// What both participants and the lead's merging make of a spec.
Json streamed(const Json& spec) {
  const Json data = {Json::object(), {{"listen-port", free_port()}}};
  std::vector<Json> inputs;
  for (const int participant : {0, 1})
    inputs.push_back(run_input("simplestream", spec, "PT5S", participant, data));
  return merged("simplestreamer", inputs[0]["test"], run_together("simplestreamer", inputs));
}

TEST(Simplestreamer, BringsATextFromOneEndToTheOther) {
  for (const auto* dest : {"127.0.0.1", "::1", "localhost"}) {
    const auto result = streamed({{"dest", dest}, {"test-material", "Ünd <this> too"}, {"timeout", "PT20S"}});
    EXPECT_EQ(result["succeeded"], true) << result;
    EXPECT_EQ(result["sent"], "Ünd <this> too");
    EXPECT_EQ(result["received"], "Ünd <this> too");
    EXPECT_EQ(result["dawdled"], "P0D");
    EXPECT_TRUE(parse_duration(result.value("elapsed-time", "")));
    const Json shown = {{"spec", {{"dest", dest}}}, {"result", result}};
    EXPECT_THAT(call("test", "simplestream", "result-format", shown.dump()).text,
                AllOf(HasSubstr("Received ....... Ünd <this> too"), HasSubstr("Elapsed Time ... ")));
  }
}

TEST(Simplestreamer, TakesEveryOption) {
  const auto result = streamed({{"schema", 3},
                                {"dest", "localhost"},
                                {"source", "127.0.0.1"},
                                {"ip-version", 4},
                                {"dawdle", "PT0.05S"},
                                {"timeout", "PT20S"},
                                {"fail", 0},
                                {"test-material", std::string(300'000, 'x')}});
  EXPECT_EQ(result["succeeded"], true) << result;
  EXPECT_EQ(result["received"].get<std::string>().size(), 300'000u);
  EXPECT_EQ(streamed({{"dest", "localhost"}, {"timeout", "PT20S"}})["succeeded"], true);
  EXPECT_EQ(streamed({{"dest", "::1"}, {"timeout", "PT20S"}, {"test-material", ""}})["received"], "");
}

TEST(Simplestreamer, WaitsForAReceiverThatIsLate) {
  const Json spec = {{"dest", "127.0.0.1"}, {"timeout", "PT20S"}};
  const Json data = {Json::object(), {{"listen-port", free_port()}}};
  auto receiver = run_input("simplestream", spec, "PT20S", 1, data);
  receiver["schedule"]["start"] = format_timestamp_micros(sdk::now() + 1s, Zone::utc());
  const auto results =
      run_together("simplestreamer", {run_input("simplestream", spec, "PT20S", 0, data), receiver});
  EXPECT_EQ(merged("simplestreamer", receiver["test"], results)["succeeded"], true) << results;
}

TEST(Simplestreamer, ExplainsThatTheOtherEndDidNotCome) {
  const auto port = free_port();
  const Json spec = {{"dest", "127.0.0.1"}, {"timeout", "PT0.3S"}};
  const Json data = {Json::object(), {{"listen-port", port}}};
  const auto sender = run_input("simplestream", spec, "PT0.3S", 0, data);
  const auto receiver = run_input("simplestream", spec, "PT0.3S", 1, data);
  const auto run = kClasses / "tool/simplestreamer/run";
  const auto unsent = answer(run, sender);
  EXPECT_THAT(unsent["error"].get<std::string>(),
              AllOf(HasSubstr("Could not send to 127.0.0.1 port " + std::to_string(port)),
                    HasSubstr("300 milliseconds"), HasSubstr("refused"), HasSubstr("firewall")));
  const auto unheard = answer(run, receiver);
  EXPECT_THAT(
      unheard["error"].get<std::string>(),
      AllOf(HasSubstr("Nobody connected to 127.0.0.1 port " + std::to_string(port)), HasSubstr("firewall")));
  const auto both = merged("simplestreamer", sender["test"], {unsent, unheard});
  EXPECT_EQ(both["succeeded"], false);
  EXPECT_THAT(both["error"].get<std::string>(),
              AllOf(HasSubstr("The sender: Could not send"), HasSubstr("\nThe receiver: Nobody connected")));
}

TEST(Simplestreamer, FailsOnPurposeAndWithoutACommonFamily) {
  EXPECT_THAT(
      streamed({{"dest", "127.0.0.1"}, {"fail", 1}}).value("error", ""),
      AllOf(HasSubstr("The sender: The test failed because \"fail\""), HasSubstr("The receiver: The test")));
  const Json data = {Json::object(), {{"listen-port", 5890}}};
  const auto failed = [&](const Json& spec) {
    return answer(kClasses / "tool/simplestreamer/run", run_input("simplestream", spec, "PT5S", 0, data))
        .value("error", "");
  };
  EXPECT_THAT(failed({{"dest", "127.0.0.1"}, {"source", "::1"}}), HasSubstr("no address family in common"));
  EXPECT_THAT(failed({{"dest", "127.0.0.1"}, {"ip-version", 6}}), HasSubstr("no IPv6 address"));
  EXPECT_THAT(failed({{"dest", "no.such.host.invalid"}}), HasSubstr("Destination no.such.host.invalid"));
}

TEST(Simplestreamer, RefusesAnInputItCannotUse) {
  const auto errors = [](int participant, const Json& data) {
    const auto input = run_input("simplestream", {{"dest", "h"}}, "PT5S", participant, data);
    const auto outcome = test::run_method(kClasses / "tool/simplestreamer/run", input.dump());
    EXPECT_EQ(outcome.status, 1);
    return outcome.errors;
  };
  EXPECT_THAT(errors(0, Json::array({Json::object()})), HasSubstr("listen-port"));
  EXPECT_THAT(errors(1, {Json::object(), {{"listen-port", 0}}}), HasSubstr("1 to 65535"));
  EXPECT_THAT(errors(2, {Json::object(), {{"listen-port", 5890}}}), HasSubstr("participant is 2"));
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

TEST(TextStream, ListensAnywhereForAnAddressOfAnotherHost) {
  const auto port = free_port();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  auto received = std::async(std::launch::async, [&] { return receive_text({"192.0.2.1"}, port, deadline); });
  EXPECT_TRUE(send_text({{std::nullopt, "127.0.0.1"}}, port, "text", deadline));
  const auto text = received.get();
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, "text");
}

TEST(TextStream, GoesOnToThePathThatWorks) {
  const auto port = free_port();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  auto received = std::async(std::launch::async, [&] { return receive_text({"127.0.0.1"}, port, deadline); });
  EXPECT_TRUE(send_text({{std::nullopt, "::1"}, {"127.0.0.1", "127.0.0.1"}}, port, "text", deadline));
  EXPECT_EQ(received.get().value_or(""), "text");
}

TEST(TextStream, DoesNotWaitForEverForTheEndOfAText) {
  const auto port = free_port();
  std::promise<void> given_up;
  auto silent = std::async(std::launch::async, [&, done = given_up.get_future()] {
    const auto address = loopback(port);
    while (done.wait_for(0s) != std::future_status::ready) {
      const sdk::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) continue;
      done.wait();
      return;
    }
  });
  const auto text = receive_text({"127.0.0.1"}, port, std::chrono::steady_clock::now() + 3s);
  given_up.set_value();
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "The sender connected but did not finish in time.");
}

TEST(TextStream, SaysThatAPortIsTaken) {
  const sdk::Fd taken(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto port = free_port();
  const auto address = loopback(port);
  ASSERT_EQ(bind(taken.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(taken.get(), 1), 0);
  const auto text = receive_text({"127.0.0.1"}, port, std::chrono::steady_clock::now() + 20s);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message,
              AllOf(HasSubstr("port " + std::to_string(port)), HasSubstr("choose another")));
}

}  // namespace
}  // namespace pscheduler::plugins
