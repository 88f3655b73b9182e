// Both participants of simplestreamer run against each other.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <future>
#include <nlohmann/json.hpp>

#include "live/ports.hpp"
#include "live/tool_run.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"
#include "tool/simplestreamer/text_stream.hpp"

namespace pscheduler::plugins {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::free_port;
using test::kClasses;
using test::loopback;
using test::merged;
using test::run_input;
using test::run_method;
using test::run_together;
using testing::AllOf;
using testing::HasSubstr;

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
    EXPECT_THAT(run_method(kClasses / "test/simplestream/result-format", shown.dump()).output,
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
    const auto outcome = run_method(kClasses / "tool/simplestreamer/run", input.dump());
    EXPECT_EQ(outcome.status, 1);
    return outcome.errors;
  };
  EXPECT_THAT(errors(0, Json::array({Json::object()})), HasSubstr("listen-port"));
  EXPECT_THAT(errors(1, {Json::object(), {{"listen-port", 0}}}), HasSubstr("1 to 65535"));
  EXPECT_THAT(errors(2, {Json::object(), {{"listen-port", 5890}}}), HasSubstr("participant is 2"));
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
