// `pscheduler troubleshoot`: the checks, what is said about each, and where it ends.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

std::string root_of(const std::string& host) {
  return "https://" + host + "/pscheduler/";
}
const std::string kHere = root_of("here.example.org");
const std::string kOther = root_of("other.example.org");

Json healthy_status() {
  Json services = Json::object();
  for (const auto* name : {"ticker", "scheduler", "runner", "archiver"})
    services[name] = {{"overdue", nullptr}};
  return {{"limits", {{"ok", true}}},
          {"services", services},
          {"runs", {{"last-finished", "2030-05-01T11:57:00Z"}, {"last-scheduled", nullptr}}}};
}

Json run_at(const std::string& url, const std::string& state, bool archived) {
  const bool good = state == "finished";
  return {
      {"href", url},
      {"state", state},
      {"state-display", good ? "Finished" : "Failed"},
      {"participants", {"here.example.org", "other.example.org"}},
      {"result-merged", good ? Json{{"succeeded", true}} : Json{{"succeeded", false}, {"error", "no way"}}},
      {"result-full", {{{"error", "refused"}}, nullptr}},
      {"archivings", {{{"archived", archived}}, {{"archived", archived}}}}};
}

class Troubleshoot : public ::testing::Test {
 protected:
  Troubleshoot() {
    bench_.environment.addresses = {{"here.example.org", {"192.0.2.1", "2001:db8::1"}},
                                    {"other.example.org", {"192.0.2.2"}}};
    for (const auto& root : {kHere, kOther}) {
      auto& server = bench_.server;
      server.on("GET " + root, "\"pScheduler\"");
      server.on("GET " + root + "api", "6");
      server.on("GET " + root + "clock", R"({"time":"2030-05-01T12:00:00Z","synchronized":true})");
      for (const auto* list : {"archivers", "contexts", "tests", "tools"})
        server.on("GET " + root + list, R"(["x"])");
      server.on("GET " + root + "status", healthy_status().dump());
      server.on("GET " + root + "stat/peers", "[]");
      server.on("GET " + root + "stat/archiving/destinations", "[]");
      server.on("POST " + root + "tasks", "\"" + root + "tasks/1\"");
      server.on("GET " + root + "tasks/1/runs/first", run_at(root + "run", "finished", true).dump());
    }
    mtu(kHere, "other.example.org", true);
  }

  void mtu(const std::string& root, const std::string& dest, bool safe) {
    bench_.server.answer_instead(
        "GET " + root + "mtu-safe?dest=" + dest,
        Reply{200, Json{{"safe", safe}, {"message", "The MTU is 1500 all the way."}}.dump(), true});
  }
  void answer(const std::string& url, Reply reply) {
    bench_.server.answer_instead("GET " + url, std::move(reply));
  }

  int run(const Words& words) { return troubleshoot_command(bench_.context, words); }
  [[nodiscard]] std::string out() const { return bench_.out.str(); }

  // That it ends there and tells what to do; the reason is on stdout like all it says.
  void expect_fault(const Words& words, const std::string& reason, const std::string& remedy) {
    EXPECT_EQ(run(words), 1);
    EXPECT_THAT(out(), HasSubstr(" ... Failed\n\n" + reason));
    EXPECT_THAT(out(), HasSubstr("\n\nRemedy: "));
    EXPECT_THAT(out(), HasSubstr(remedy));
    EXPECT_THAT(out(), Not(HasSubstr("All is well")));
    EXPECT_THAT(bench_.err.str(), IsEmpty());
  }

  testing::Bench bench_;
};

TEST_F(Troubleshoot, AWellHostPassesEachCheck) {
  EXPECT_EQ(run({}), 0);
  EXPECT_EQ(out(),
            "\nChecking here.example.org\n"
            "Looking up its addresses ... 192.0.2.1 and 2001:db8::1\n"
            "Looking for pScheduler ... yes\n"
            "Asking for its API level ... 6\n"
            "Reading its clock ... synchronized\n"
            "Exercising its API ... archivers ... contexts ... tests ... tools ... OK\n"
            "Asking for the state of its services ... OK\n"
            "Seeing that they are on time ... all run\n"
            "Seeing that its limits can be used ... OK\n"
            "Seeing that the hosts it calls answer ... none so far\n"
            "Seeing that results arrive ... none are archived\n"
            "Last run scheduled ... never\n"
            "Last run completed ... 3 minutes ago\n"
            "Idling for a second ... posted ... scheduled ... measured ... OK\n"
            "\nAll is well.\n");
  const auto posted = Json::parse(bench_.server.bodies.at(0));
  EXPECT_EQ(posted["test"], Json::parse(R"({"type":"idle","spec":{"schema":1,"duration":"PT1S"}})"));
  EXPECT_EQ(posted["archives"].size(), 2U);
}

TEST_F(Troubleshoot, TwoHostsAreCheckedEachAndTogether) {
  EXPECT_EQ(run({"other.example.org"}), 0) << out();
  EXPECT_THAT(out(), HasSubstr("\nChecking other.example.org\nLooking up its addresses ... 192.0.2.2\n"
                               "Measuring the MTU from here ... The MTU is 1500 all the way.\n"));
  EXPECT_THAT(out(),
              EndsWith("\nChecking here.example.org and other.example.org\n"
                       "Comparing address families ... IPv4\n"
                       "Measuring the MTU between them ... The MTU is 1500 all the way.\n"
                       "Comparing their clocks ... P0D apart\n"
                       "Sending a text from one to the other ... posted ... scheduled ... measured ... OK\n"
                       "\nAll is well, also between the two.\n"));
  EXPECT_EQ(Json::parse(bench_.server.bodies.back())["test"]["spec"],
            Json::parse(R"({"schema":1,"source-node":"here.example.org","dest":"other.example.org"})"));
}

TEST_F(Troubleshoot, QuickAsksForNothingThatTakesTime) {
  EXPECT_EQ(run({"--quick", "other.example.org"}), 0);
  EXPECT_THAT(bench_.server.bodies, IsEmpty());
  EXPECT_THAT(bench_.server.log, Not(Contains(HasSubstr("mtu-safe"))));
  EXPECT_THAT(out(), HasSubstr("Comparing their clocks"));
}

TEST_F(Troubleshoot, SkippingSingleHostsLeavesWhatIsBetweenThem) {
  EXPECT_EQ(run({"--skip-single", "other.example.org"}), 0);
  EXPECT_THAT(out(), Not(HasSubstr("services")));
  EXPECT_EQ(bench_.server.bodies.size(), 1U);
  EXPECT_THAT(bench_.server.bodies.front(), HasSubstr("simplestream"));
  EXPECT_EQ(run({"--skip-single"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("name a second host"));
}

TEST_F(Troubleshoot, TheHostItselfAsTheSecondIsCheckedAlone) {
  EXPECT_EQ(run({"--quick", "here.example.org"}), 0);
  EXPECT_THAT(out(), StartsWith("here.example.org is the host to begin with; checking it alone.\n"));
  EXPECT_THAT(out(), EndsWith("All is well.\n"));
}

TEST_F(Troubleshoot, PortsGoToServersAndNotToNamesAndPaths) {
  const auto root = root_of("other.example.org:8443");
  for (const auto* path : {"", "api", "clock"}) {
    bench_.server.on("GET " + root + path, bench_.server.get(kOther + path, {}, {}));
  }
  EXPECT_EQ(run({"--skip-single", "--ip-version", "4", "other.example.org:8443"}), 0) << out();
  EXPECT_THAT(out(), HasSubstr("Looking up its addresses ... 192.0.2.2\n"));
  EXPECT_EQ(Json::parse(bench_.server.bodies.back())["test"]["spec"],
            Json::parse(R"({"schema":2,"source-node":"here.example.org","dest":"other.example.org",
                            "dest-node":"other.example.org:8443","ip-version":4})"));
}

TEST_F(Troubleshoot, CountersAreShownOnRequest) {
  bench_.server.on("GET " + kHere + "stat/runs/failed", "17");
  for (const auto* name :
       {"archiving/backlog", "archiving/upcoming", "http-queue/backlog", "http-queue/length", "runs/pending",
        "runs/on-deck", "runs/running", "runs/cleanup", "runs/finished", "runs/overdue", "runs/missed",
        "runs/preempted"}) {
    bench_.server.on("GET " + kHere + "stat/" + name, "0");
  }
  bench_.server.on("GET " + kHere + "stat/runs/nonstart", Reply{404, "", true});
  EXPECT_EQ(run({"--quick", "--stats"}), 0);
  EXPECT_THAT(out(), HasSubstr("\n  runs.failed ............     17\n"));
  EXPECT_THAT(out(), HasSubstr("\n  runs.nonstart ..........    N/A\n"));
}

TEST_F(Troubleshoot, WhatNeedBeNoFaultIsNoted) {
  answer(kHere + "clock", {200, R"({"time":"2030-05-01T12:00:00Z","synchronized":false})", true});
  mtu(kHere, "other.example.org", false);
  EXPECT_EQ(run({"other.example.org"}), 0);
  EXPECT_THAT(out(), HasSubstr("Reading its clock ... unsynchronized\n  Measurements between hosts need"));
  EXPECT_THAT(out(), HasSubstr("Possibly unsafe: The MTU"));
  answer(kHere + "mtu-safe?dest=other.example.org", {504, "", true});
  EXPECT_EQ(run({"other.example.org"}), 0);
  answer(kHere + "mtu-safe?dest=other.example.org", {404, "", true});
  EXPECT_EQ(run({"other.example.org"}), 0);
  EXPECT_THAT(out(), HasSubstr("not supported by here.example.org"));
}

TEST_F(Troubleshoot, WhoChecksOthersNeedRunNoServer) {
  bench_.environment.own_name = "laptop";
  EXPECT_EQ(run({"--host", "other.example.org"}), 0);
  EXPECT_THAT(out(),
              HasSubstr("Measuring the MTU from here ... not measured, as laptop runs no pScheduler\n"));
}

TEST_F(Troubleshoot, ANameWithoutAddressIsAFault) {
  expect_fault({"--host", "no.such"}, "No address of no.such could be found.", "getent ahosts no.such");
}

TEST_F(Troubleshoot, OnlyAddressesOfTheFamilyAskedForCount) {
  expect_fault({"--ip-version", "6", "--host", "other.example.org", "--quick"},
               "No IPv6 address of other.example.org could be found.", "getent");
}

TEST_F(Troubleshoot, AHostWithoutPSchedulerIsAFault) {
  answer(kOther, {400, "Connection refused", false});
  expect_fault({"--host", "other.example.org"}, "other.example.org: Connection refused", "\"listen\"");
}

TEST_F(Troubleshoot, AServiceThatIsLateIsAFault) {
  auto status = healthy_status();
  status["services"]["runner"]["overdue"] = "PT5M";
  status["services"].erase("ticker");
  answer(kHere + "status", {200, status.dump(), true});
  expect_fault({},
               "here.example.org does not run its ticker.\nThe runner of here.example.org should have done",
               "systemctl restart");
}

TEST_F(Troubleshoot, LimitsThatCannotBeUsedAreAFault) {
  auto status = healthy_status();
  status["limits"] = {{"ok", false}, {"error", "line 3"}};
  answer(kHere + "status", {200, status.dump(), true});
  expect_fault({}, "The limits of here.example.org cannot be used: line 3", "limits.conf");
}

TEST_F(Troubleshoot, ARefusedTaskIsAFaultInTheWordsOfTheHost) {
  bench_.server.answer_instead("POST " + kHere + "tasks", Reply{422, "other.example.org: no tool\n", true});
  expect_fault({}, "here.example.org refused the task: other.example.org: no tool", "plug-ins");
}

TEST_F(Troubleshoot, ARunThatFailsIsShownWithAllThatWasSaid) {
  answer(kHere + "tasks/1/runs/first", {200, run_at(kHere + "run", "failed", true).dump(), true});
  expect_fault({}, "Run failed.\n\nError:\n  no way", "\n  pscheduler explain " + kHere + "run\n");
  EXPECT_THAT(out(), HasSubstr("Error from here.example.org:\n  refused"));
  EXPECT_THAT(out(), HasSubstr("No information from other.example.org."));
}

TEST_F(Troubleshoot, ArchivingsGetFiveSeconds) {
  answer(kHere + "tasks/1/runs/first", {200, run_at(kHere + "run", "finished", false).dump(), true});
  bench_.server.on("GET " + kHere + "run", run_at(kHere + "run", "finished", false).dump());
  bench_.server.on("GET " + kHere + "run", run_at(kHere + "run", "finished", true).dump());
  EXPECT_EQ(run({}), 0);
  bench_.out.str("");
  answer(kHere + "run", {200, run_at(kHere + "run", "finished", false).dump(), true});
  const Instant begun = bench_.environment.time;
  expect_fault({}, "The run succeeded, but not all of its results were archived.", "result --archivings");
  EXPECT_EQ(bench_.environment.time - begun, 5s);
}

TEST_F(Troubleshoot, ClocksThatDisagreeAreAFaultInEitherDirection) {
  answer(kOther + "clock", {200, R"({"time":"2030-05-01T11:59:58Z","synchronized":true})", true});
  expect_fault({"--quick", "other.example.org"},
               "The clock of here.example.org is PT2S ahead of that of other.example.org.", "NTP");
}

TEST_F(Troubleshoot, TellsWhichHostsAServerCannotReachAndWhatItOwesThem) {
  const Json silence = {{"bind", nullptr},
                        {"since", "2030-05-01T11:00:00+00:00"},
                        {"next-call", "2030-05-01T12:00:09+00:00"},
                        {"error", "b.example.org cannot be reached: Connection refused"}};
  const Json owed = {{"count", 3},
                     {"oldest", "2030-05-01T11:30:00+00:00"},
                     {"next-attempt", "2030-05-01T12:00:10+00:00"},
                     {"error", "no"}};
  const Json peers = {{{"host", "a.example.org"}, {"silent", Json::array()}, {"owed", nullptr}},
                      {{"host", "b.example.org"}, {"silent", {silence}}, {"owed", owed}}};
  answer(kHere + "stat/peers", {200, peers.dump(), true});
  EXPECT_EQ(run({"--quick"}), 0) << out();
  EXPECT_THAT(out(),
              HasSubstr("Seeing that the hosts it calls answer ... 1 of 2 may not\n  b.example.org: No"));
  auto words = out();
  words.erase(std::unique(words.begin(), words.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
              words.end());
  std::replace(words.begin(), words.end(), '\n', ' ');
  EXPECT_THAT(words, HasSubstr("Connection refused"));
  EXPECT_THAT(words, HasSubstr("3 tasks and runs are"));
  EXPECT_THAT(out(), HasSubstr("pscheduler troubleshoot --host here.example.org HOST2"));
}

TEST_F(Troubleshoot, NotesWhereResultsDoNotArrive) {
  const Json destinations = {{{"id", "3f1c09ab"},
                              {"archiver", "http"},
                              {"state", "failing"},
                              {"waiting", 2},
                              {"last-failure", "2030-05-01T11:59:00Z"},
                              {"last-error", "Connection refused"}},
                             {{"id", "91ab77de"}, {"archiver", "file"}, {"state", "idle"}}};
  answer(kHere + "stat/archiving/destinations", {200, destinations.dump(), true});
  EXPECT_EQ(run({"--quick"}), 0) << out();
  EXPECT_THAT(out(), HasSubstr("Seeing that results arrive ... 1 of 2 destinations take none\n"));
  EXPECT_THAT(out(), HasSubstr("3f1c09ab http\n"));
  EXPECT_THAT(out(), HasSubstr("ago: Connection refused\n"));
  EXPECT_THAT(out(), HasSubstr("pscheduler archiving --retry"));
  EXPECT_EQ(out().find("91ab77de"), std::string::npos);
  answer(kHere + "stat/archiving/destinations", {404, "", true});
  EXPECT_EQ(run({"--quick"}), 0) << out();
  EXPECT_THAT(out(), HasSubstr("Seeing that results arrive ... not supported by here.example.org\n"));
}

TEST_F(Troubleshoot, AsksNoServerForThatThatDoesNotKnowIt) {
  answer(kHere + "stat/peers", {404, "", true});
  EXPECT_EQ(run({"--quick"}), 0) << out();
  EXPECT_THAT(out(),
              HasSubstr("Seeing that the hosts it calls answer ... not supported by here.example.org\n"));
}

}  // namespace
}  // namespace pscheduler::cli
