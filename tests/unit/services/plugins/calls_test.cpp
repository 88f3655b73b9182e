// What the methods are asked and how their answers reach the caller.

#include <gmock/gmock.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "host_fixture.hpp"

namespace pscheduler::test {
namespace {

using services::PluginClass;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class Calls : public HostTest {
 protected:
  // A method that keeps its input and argument and prints this.
  void add_echo(const std::string& plugin_class, const std::string& name, const std::string& method,
                const std::string& answer) {
    add_method(
        plugin_class, name, method,
        "cat >\"$HOME_DIR/input\"; printf %s \"$*\" >\"$HOME_DIR/arguments\"\ncat <<'X'\n" + answer + "\nX");
  }
  [[nodiscard]] Json input() const { return Json::parse(read_file(home() / "input")); }
};

TEST_F(Calls, OfATestGetTheBareSpec) {
  add_test("rtt");
  const Json spec{{"dest", "h\u00e4user.example"}, {"_secret", "s"}};
  add_echo("test", "rtt", "spec-is-valid", R"({"valid": false, "error": "At /ttl: no"})");
  const auto validity = await(host().spec_is_valid("rtt", spec));
  ASSERT_TRUE(validity) << validity.error().message;
  EXPECT_FALSE(validity->valid);
  EXPECT_EQ(validity->error, "At /ttl: no");
  EXPECT_EQ(input(), spec);
  const std::string text = read_file(home() / "input");
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
  EXPECT_TRUE(text.ends_with('\n'));
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);

  add_echo("test", "rtt", "participants", R"({"participants": [null, "b"]})");
  EXPECT_THAT(await(host().participants("rtt", spec, "")).value().participants,
              ElementsAre(std::nullopt, "b"));
  add_echo("test", "rtt", "spec-to-cli", R"(["--dest", "b"])");
  EXPECT_THAT(await(host().spec_to_cli("rtt", spec)).value(), ElementsAre("--dest", "b"));
}

TEST_F(Calls, ToCliToSpecPassTheSwitches) {
  add_test("rtt");
  add_echo("test", "rtt", "cli-to-spec", R"({"dest": "b"})");
  const auto spec = await(host().cli_to_spec("rtt", Json{"--dest", "b", "--count", 4}));
  EXPECT_EQ(spec.value(), (Json{{"dest", "b"}}));
  EXPECT_EQ(input(), (Json{"--dest", "b", "--count", 4}));
}

TEST_F(Calls, ToCliToSpecPassOnItsRefusalWordForWord) {
  add_test("rtt");
  add_method("test", "rtt", "cli-to-spec", "printf 'Usage: rtt\\n  --dest HOST\\n' >&2; exit 1");
  const auto spec = await(host().cli_to_spec("rtt", Json{"--help"}));
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().code, Errc::invalid_argument);
  EXPECT_EQ(spec.error().message, "Usage: rtt\n  --dest HOST\n");
}

TEST_F(Calls, OfFormatsNameTheMediaType) {
  add_test("rtt");
  add_echo("test", "rtt", "result-format", "<p>fine</p>\n\n");
  const auto text =
      await(host().result_format("rtt", "text/html", Json{{"dest", "a"}}, Json{{"succeeded", true}}));
  EXPECT_EQ(text.value(), "<p>fine</p>");
  EXPECT_EQ(read_file(home() / "arguments"), "text/html");
  EXPECT_EQ(input(), Json::parse(R"({"spec": {"dest": "a"}, "result": {"succeeded": true}})"));
  add_echo("test", "rtt", "spec-format", "to a");
  EXPECT_EQ(await(host().spec_format("rtt", "text/plain", Json{{"dest", "a"}})).value(), "to a");
  EXPECT_EQ(read_file(home() / "arguments"), "text/plain");
}

TEST_F(Calls, OfAToolGetTheTestObject) {
  add_tool("ping", {"rtt"});
  const Json test{{"type", "rtt"}, {"spec", {{"dest", "a"}}}};
  add_echo("tool", "ping", "duration", R"({"duration": "PT9.5S"})");
  EXPECT_EQ(await(host().duration("ping", test)).value().duration, 10s);
  EXPECT_EQ(input(), test);
  add_echo("tool", "ping", "participant-data", R"({"port": 5})");
  EXPECT_EQ(await(host().participant_data("ping", test, 1)).value(), (Json{{"port", 5}}));
  EXPECT_EQ(input(), (Json{{"participant", 1}, {"test", test}}));
  add_echo("tool", "ping", "merged-results", R"({"succeeded": true})");
  const Json results = Json::array({nullptr, Json::object()});
  EXPECT_EQ(await(host().merged_results("ping", test, results)).value(), (Json{{"succeeded", true}}));
  EXPECT_EQ(input(), (Json{{"test", test}, {"results", results}}));
}

TEST_F(Calls, OfArchiversAndContextsGetTheData) {
  add_archiver("http");
  add_context("netns");
  add_echo("archiver", "http", "data-is-valid", R"({"valid": true})");
  EXPECT_TRUE(await(host().data_is_valid(PluginClass::archiver, "http", Json{{"_url", "u"}})).value().valid);
  EXPECT_EQ(input(), (Json{{"_url", "u"}}));
  add_echo("context", "netns", "data-is-valid", R"({"valid": false, "error": "no"})");
  EXPECT_EQ(await(host().data_is_valid(PluginClass::context, "netns", Json("text"))).value().error, "no");
  EXPECT_EQ(input(), Json("text"));
}

TEST_F(Calls, OfAnUnknownPluginAreNotFound) {
  const auto answer = await(host().spec_is_valid("no\nsuch", Json::object()));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::not_found);
  EXPECT_THAT(answer.error().message, HasSubstr("test 'no\\x0asuch'"));
}

TEST_F(Calls, HaveTheDocumentedEnvironment) {
  add_tool("ping", {"rtt"});
  add_method(
      "tool", "ping", "participant-data",
      R"(printf '{"tmp": "%s", "log": "%s", "path": "%s"}' "$TMPDIR" "$PSCHEDULER_LOG_STATE" "$PATH")");
  const auto answer = await(host().participant_data("ping", Json::object(), 0)).value();
  EXPECT_EQ(answer.at("tmp"), (home() / "tmp").string());
  EXPECT_THAT(answer.at("log").get<std::string>(), testing::StartsWith("KGRwMApWZm9yY2Vk"));
  EXPECT_NE(answer.at("path"), "");
}

// Answers from one address are none from another.
TEST_F(Calls, ThatAskOtherHostsAreToldWhereFrom) {
  add_test("rtt");
  add_method("test", "rtt", "participants",
             R"(printf '{"participants": ["%s"]}' "${PSCHEDULER_LEAD_BIND_HACK:-unset}")");
  add_tool("ping", {"rtt"});
  add_method("tool", "ping", "can-run",
             R"(printf '{"can-run": false, "reasons": ["%s"]}' "${PSCHEDULER_LEAD_BIND_HACK:-unset}")");
  const Json spec = Json::object();
  for (const std::string from : {"192.0.2.7", "192.0.2.8", ""}) {
    const std::string seen = from.empty() ? "unset" : from;
    EXPECT_THAT(await(host().participants("rtt", spec, from)).value().participants, ElementsAre(seen));
    const auto offers = await(host().offers(Json{{"type", "rtt"}, {"spec", spec}}, from));
    ASSERT_EQ(offers.size(), 1U);
    EXPECT_THAT(offers[0].answer.reasons, ElementsAre(seen));
  }
}

TEST_F(Calls, OffersAreByPreferenceThenNameWithReasons) {
  add_tool("plain", {"rtt"});
  add_method("tool", "plain", "can-run", R"(echo '{"can-run": true}')");
  add_tool("another", {"rtt"});
  add_method("tool", "another", "can-run", R"(echo '{"can-run": false, "reasons": ["too short"]}')");
  add_tool("best", {"rtt"}, 10);
  add_method("tool", "best", "can-run", "echo oh >&2; exit 1");
  add_tool("worst", {"trace", "rtt"}, -100);
  add_method("tool", "worst", "can-run", R"(echo '{"reasons": []}')");
  add_tool("other", {"trace"}, 20);
  const auto offers = await(host().offers(Json{{"type", "rtt"}, {"spec", Json::object()}}, ""));
  std::vector<std::string> order;
  for (const auto& offer : offers) order.push_back(offer.tool.name);
  ASSERT_THAT(order, ElementsAre("best", "another", "plain", "worst"));
  EXPECT_FALSE(offers[0].answer.can_run);
  EXPECT_THAT(offers[0].answer.reasons, ElementsAre(HasSubstr("oh")));
  EXPECT_THAT(offers[1].answer.reasons, ElementsAre("too short"));
  EXPECT_TRUE(offers[2].answer.can_run);
  EXPECT_FALSE(offers[3].answer.can_run);
  EXPECT_THAT(await(host().offers(Json{{"type", "unknown"}}, "")), IsEmpty());
  EXPECT_THAT(await(host().offers(Json("rtt"), "")), IsEmpty());
}

TEST_F(Calls, OfPureMethodsStartNoProcessForAKnownQuestion) {
  add_test("rtt");
  add_method("test", "rtt", "spec-is-valid", R"(echo '{"valid": true}')");
  host();
  const int before = processes_.runs;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(await(host().spec_is_valid("rtt", Json{{"dest", "a"}})).value().valid);
  EXPECT_EQ(processes_.runs, before + 1);
  EXPECT_TRUE(await(host().spec_is_valid("rtt", Json{{"dest", "b"}})).value().valid);
  EXPECT_EQ(processes_.runs, before + 2);
  add_method("test", "rtt", "spec-is-valid", R"(echo '{"valid": false}')");
  await(host().take_inventory());
  EXPECT_FALSE(await(host().spec_is_valid("rtt", Json{{"dest", "a"}})).value().valid);
}

TEST_F(Calls, FailuresAreNotRemembered) {
  add_test("rtt");
  add_method("test", "rtt", "spec-is-valid", "exit 1");
  EXPECT_FALSE(await(host().spec_is_valid("rtt", Json::object())));
  add_method("test", "rtt", "spec-is-valid", R"(echo '{"valid": true}')");
  EXPECT_TRUE(await(host().spec_is_valid("rtt", Json::object())));
}

TEST_F(Calls, BeyondTheProcessesAllowedWaitTheirTurn) {
  using namespace boost::asio::experimental::awaitable_operators;
  options_.limits.processes_max = 1;
  options_.limits.waiting_max = 1;
  options_.limits.ordinary = 1h;  // nobody waits that long: a turn that is not given is seen
  add_tool("ping", {"rtt"});
  add_method("tool", "ping", "participant-data", "echo '{}'");
  auto& plugins = host();
  auto three = [](services::PluginHost& asked) -> ports::Async<int> {
    auto first = asked.participant_data("ping", Json::object(), 0);
    auto second = asked.participant_data("ping", Json::object(), 0);
    auto third = asked.participant_data("ping", Json::object(), 0);
    auto all = std::move(first) && std::move(second) && std::move(third);
    const auto answers = co_await std::move(all);
    EXPECT_FALSE(std::get<2>(answers));
    EXPECT_EQ(std::get<2>(answers).error().code, Errc::unavailable);
    co_return int(std::get<0>(answers).has_value()) + int(std::get<1>(answers).has_value());
  };
  EXPECT_EQ(await(three(plugins)), 2);
}

}  // namespace
}  // namespace pscheduler::test
