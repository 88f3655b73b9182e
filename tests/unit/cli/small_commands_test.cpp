// cancel, ping, clock, plugins and version.

#include <gmock/gmock.h>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string kRoot = "https://here.example.org/pscheduler/";
const std::string kTask = kRoot + "tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";

struct SmallCommands : ::testing::Test {
  testing::Bench bench;
};

using Cancel = SmallCommands;
using Ping = SmallCommands;
using Clock = SmallCommands;
using Plugins = SmallCommands;

TEST_F(Cancel, DeletesTheTaskSilently) {
  bench.server.on("DELETE " + kTask, "OK");
  EXPECT_EQ(cancel_command(bench.context, {kTask}), 0);
  EXPECT_THAT(bench.out.str() + bench.err.str(), IsEmpty());
  bench.server.on("DELETE " + kTask + "?key=a%26b", "OK");
  EXPECT_EQ(cancel_command(bench.context, {"--key", "a&b", kTask}), 0);
}

TEST_F(Cancel, TellsWhyNot) {
  bench.server.on("DELETE " + kTask, Reply{403, "Wrong key\n", true});
  EXPECT_EQ(cancel_command(bench.context, {kTask}), 1);
  EXPECT_EQ(bench.err.str(), "Wrong key\n");
  bench.server.answer_instead("DELETE " + kTask, Reply{404, "", true});
  EXPECT_EQ(cancel_command(bench.context, {kTask}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("There is no task " + kTask));
}

TEST_F(Cancel, OnlyATaskCanBeCancelled) {
  EXPECT_EQ(cancel_command(bench.context, {kTask + "/runs/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10"}), 1);
  EXPECT_EQ(cancel_command(bench.context, {}), 1);
  EXPECT_THAT(bench.server.log, IsEmpty());
}

TEST_F(Ping, AsksTheLocalHostByDefault) {
  bench.server.on("GET " + kRoot, "\"pScheduler\"");
  EXPECT_EQ(ping_command(bench.context, {}), 0);
  EXPECT_EQ(bench.out.str(), "here.example.org: pScheduler is alive\n");
  EXPECT_EQ(bench.server.options_seen.at(0).time_limit, 5s);
  bench.out.str("");
  EXPECT_EQ(ping_command(bench.context, {"-q", "-W", "2"}), 0);
  EXPECT_THAT(bench.out.str(), IsEmpty());
  EXPECT_EQ(bench.server.options_seen.at(1).time_limit, 2s);
}

struct DownCase {
  std::string name;
  Reply reply;
  std::string says;
};

class PingDown : public SmallCommands, public ::testing::WithParamInterface<DownCase> {};

TEST_P(PingDown, SaysWhatIsThereInstead) {
  bench.server.on("GET " + kRoot, GetParam().reply);
  EXPECT_EQ(ping_command(bench.context, {}), 1);
  EXPECT_THAT(bench.err.str(), StartsWith("here.example.org"));
  EXPECT_THAT(bench.err.str(), HasSubstr(GetParam().says));
  EXPECT_THAT(bench.out.str(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Ping, PingDown,
    ::testing::Values(DownCase{"refused", {400, "Connection refused", false}, "Connection refused"},
                      DownCase{"own_words", {400, "Busy today", true}, "here.example.org: Busy today"},
                      DownCase{"web_server", {404, "<html>", true}, "does not run pScheduler"},
                      DownCase{"moved", {302, "", true}, "does not run pScheduler"},
                      DownCase{"no_string", {200, "{}", true}, "does not run pScheduler"},
                      DownCase{"no_json", {200, "<html>", true}, "does not run pScheduler"},
                      DownCase{"broken", {500, "Oops", true}, "returned status 500: Oops"},
                      DownCase{"broken_in_lines", {500, "Oops.\nNo disk", true}, "500: Oops. No disk"}),
    [](const auto& tested) { return tested.param.name; });

const std::string kRemedy = "set PSCHEDULER_LOCALHOST=127.0.0.1:8443";

struct RemedyCase {
  std::string name;
  Words words;
  Reply reply;
  std::string local;  // PSCHEDULER_LOCALHOST
  bool told;
};

class PingRemedy : public SmallCommands, public ::testing::WithParamInterface<RemedyCase> {};

TEST_P(PingRemedy, IsNamedWhereTheServersPlaceWasGuessed) {
  const auto& tested = GetParam();
  if (!tested.local.empty()) bench.environment.variables["PSCHEDULER_LOCALHOST"] = tested.local;
  for (const char* host : {"here.example.org", "other", "127.0.0.1:1"}) {
    bench.server.on("GET https://" + std::string(host) + "/pscheduler/", tested.reply);
  }
  EXPECT_EQ(ping_command(bench.context, tested.words), 1);
  EXPECT_EQ(bench.err.str().find(kRemedy) != std::string::npos, tested.told) << bench.err.str();
}

const Reply kRefused{400, "Connection refused", false};

INSTANTIATE_TEST_SUITE_P(
    Ping, PingRemedy,
    ::testing::Values(RemedyCase{"nobody_answers", {}, kRefused, "", true},
                      RemedyCase{"a_web_server_answers", {}, {404, "<html>", true}, "", true},
                      RemedyCase{"own_name_given", {"here.example.org"}, kRefused, "", true},
                      RemedyCase{"its_own_words", {}, {400, "Busy today", true}, "", false},
                      RemedyCase{"another_host", {"other"}, kRefused, "", false},
                      RemedyCase{"told_where", {}, kRefused, "127.0.0.1:1", false}),
    [](const auto& tested) { return tested.param.name; });

TEST_F(Ping, RefusesBadArguments) {
  EXPECT_EQ(ping_command(bench.context, {"--bogus"}), 2);
  EXPECT_EQ(ping_command(bench.context, {"--timeout", "0"}), 1);
  EXPECT_EQ(ping_command(bench.context, {"two words"}), 1);
  EXPECT_EQ(ping_command(bench.context, {"a", "two words"}), 1);
  EXPECT_EQ(ping_command(bench.context, Words(257, "a")), 1);
  EXPECT_THAT(bench.server.log, IsEmpty());
}

struct PingMany : SmallCommands {
  PingMany() {
    bench.server.on("GET https://near/pscheduler/", Reply{200, "\"pScheduler\"", true}, 12ms);
    bench.server.on("GET https://faraway/pscheduler/", Reply{200, "\"pScheduler\"", true}, 2s);
  }
};

TEST_F(PingMany, AreAskedAtOnceAndShownInOrder) {
  bench.server.on("GET https://gone/pscheduler/", Reply{400, "Connection refused", false});
  bench.server.on("GET https://web/pscheduler/", Reply{404, "<html>", true});
  const Instant begun = bench.environment.time;
  EXPECT_EQ(ping_command(bench.context, {"faraway", "gone", "near", "web"}), 1);
  EXPECT_EQ(bench.environment.time - begun, 2s) << "as long as the slowest takes";
  EXPECT_EQ(bench.out.str(),
            "faraway  alive  answered in 2000 ms\n"
            "gone     down   Connection refused\n"
            "near     alive  answered in 12 ms\n"
            "web      down   web does not run pScheduler: it answered with status 404\n");
  EXPECT_THAT(bench.err.str(), IsEmpty());
}

TEST_F(PingMany, AreAllThere) {
  EXPECT_EQ(ping_command(bench.context, {"near", "faraway"}), 0);
  bench.out.str("");
  EXPECT_EQ(ping_command(bench.context, {"--quiet", "near", "gone"}), 1);
  EXPECT_THAT(bench.out.str() + bench.err.str(), IsEmpty());
}

TEST_F(PingMany, WhoIsMissingIsNamedOnTheTerminal) {
  bench.environment.on_terminal = true;
  EXPECT_EQ(ping_command(bench.context, {"near", "faraway"}), 0);
  EXPECT_THAT(bench.environment.progress,
              ElementsAre("Waiting for faraway (0 s)", "Waiting for faraway (1 s)", ""));
}

std::string clock_at(const std::string& time) {
  return R"({"time":")" + time + R"(","synchronized":true})";
}

TEST_F(Clock, ComparesTwoHosts) {
  bench.server.on("GET https://s1/pscheduler/clock", clock_at("2030-05-01T12:00:03.000000+00:00"));
  bench.server.on("GET https://s2/pscheduler/clock",
                  R"({"time":"2030-05-01T08:00:00.000000-04:00","synchronized":false})");
  EXPECT_EQ(clock_command(bench.context, {"s1", "s2"}), 1);
  EXPECT_EQ(bench.out.str(),
            "clock      2030-05-01T12:00:03.000000+00:00 synchronized   s1\n"
            "clock      2030-05-01T08:00:00.000000-04:00 unsynchronized s2\n"
            "difference PT3S unsafe\n");
}

TEST_F(Clock, TheTimeTheAskingTakesIsNoDifference) {
  bench.server.on("GET https://s1/pscheduler/clock", Reply{200, clock_at("2030-05-01T12:00:01Z"), true}, 2s);
  bench.server.on("GET https://s2/pscheduler/clock", Reply{200, clock_at("2030-05-01T12:00:02.25Z"), true},
                  4s);
  EXPECT_EQ(clock_command(bench.context, {"s1", "s2"}), 0);
  EXPECT_THAT(bench.out.str(), HasSubstr("difference PT0.25S safe\n"));
}

TEST_F(Clock, OfManyHostsTheTwoFarthestApartAreNamed) {
  bench.server.on("GET https://s1/pscheduler/clock", clock_at("2030-05-01T12:00:00Z"));
  bench.server.on("GET https://s2/pscheduler/clock", clock_at("2030-05-01T12:00:00.7Z"));
  bench.server.on("GET https://s3/pscheduler/clock", clock_at("2030-05-01T11:59:59.5Z"));
  EXPECT_EQ(clock_command(bench.context, {"s1", "s2", "s3"}), 1);
  EXPECT_THAT(bench.out.str(),
              HasSubstr("synchronized   s3\ndifference PT1.2S unsafe, s2 being ahead of s3\n"));
}

TEST_F(Clock, AHostThatDoesNotAnswerKeepsNoOthersFromBeingCompared) {
  bench.server.on("GET https://s1/pscheduler/clock", clock_at("2030-05-01T12:00:00Z"));
  bench.server.on("GET https://s2/pscheduler/clock", clock_at("2030-05-01T12:00:00Z"));
  bench.server.on("GET https://gone/pscheduler/clock", Reply{400, "Connection refused", false});
  EXPECT_EQ(clock_command(bench.context, {"s1", "gone", "s2"}), 1);
  EXPECT_THAT(bench.out.str(), HasSubstr("difference P0D safe\n"));
  EXPECT_EQ(bench.err.str(), "gone: Connection refused; check the name, and that pScheduler runs there\n");
}

TEST_F(Clock, OneHostIsComparedWithThisOne) {
  bench.environment.variables["PSCHEDULER_LOCALHOST"] = "127.0.0.1:8443";
  bench.server.on("GET https://127.0.0.1:8443/pscheduler/clock", clock_at("2030-05-01T12:00:00Z"));
  bench.server.on("GET https://s2/pscheduler/clock",
                  R"({"time":"2030-05-01T12:00:00Z","synchronized":false,"error":"chrony is silent"})");
  EXPECT_EQ(clock_command(bench.context, {"s2"}), 0);
  EXPECT_THAT(bench.out.str(),
              HasSubstr(" error          s2\nerror      s2 chrony is silent\ndifference P0D safe\n"));
  bench.environment.variables.erase("PSCHEDULER_LOCALHOST");
  bench.server.on("GET https://localhost/pscheduler/clock", clock_at("2030-05-01T12:00:00Z"));
  bench.out.str("");
  EXPECT_EQ(clock_command(bench.context, {}), 0);
  EXPECT_EQ(bench.out.str(), "clock      2030-05-01T12:00:00Z synchronized   localhost\n");
}

TEST_F(Clock, RefusesWhatIsNoTime) {
  bench.server.on("GET https://localhost/pscheduler/clock", R"({"time":"noon"})");
  EXPECT_EQ(clock_command(bench.context, {}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("localhost"));
}

TEST_F(Plugins, ListsNamesWithDescriptions) {
  bench.server.on(
      "GET " + kRoot + "tests?expanded=True",
      R"([{"name":"idle","description":"Do nothing"},{"name":"rtt","description":"Round-trip time"}])");
  for (const char* word : {"test", "tests"}) {
    bench.out.str("");
    EXPECT_EQ(plugins_command(bench.context, {word}), 0);
    EXPECT_EQ(bench.out.str(), "idle                 Do nothing\nrtt                  Round-trip time\n");
  }
}

TEST_F(Plugins, VerboseShowsAllThatIsKnown) {
  bench.server.on(
      "GET https://other/pscheduler/tools?expanded=True",
      R"([{"name":"ping","version":"1.0","description":"Measures round trips","tests":["trace","rtt"],
                       "preference":3,"maintainer":{"name":"Ops","email":"ops@example.org"}}])");
  EXPECT_EQ(plugins_command(bench.context, {"--verbose", "--host", "other", "tool"}), 0);
  EXPECT_EQ(bench.out.str(),
            "Tools on other\n\n\nping 1.0\n\n  Measures round trips\n\n  Tests: rtt, trace\n  Preference: 3\n"
            "  Maintainer: Ops\n  E-mail: ops@example.org\n");
}

TEST_F(Plugins, OnlyKnowsFourKinds) {
  for (const Words& words : {Words{"gadgets"}, Words{}, Words{"test", "tool"}}) {
    EXPECT_EQ(plugins_command(bench.context, words), 1);
  }
  EXPECT_THAT(bench.server.log, IsEmpty());
  EXPECT_THAT(bench.out.str(), StartsWith("Usage: pscheduler plugins"));
  EXPECT_THAT(bench.out.str(), HasSubstr("What can be measured here?\n    pscheduler plugins tests\n"));
}

TEST_F(SmallCommands, VersionNamesThisProgram) {
  EXPECT_EQ(version_command(bench.context, {}), 0);
  EXPECT_THAT(bench.out.str(), StartsWith("pschedulerd" + std::string(30, ' ') + "0."));
}

}  // namespace
}  // namespace pscheduler::cli
