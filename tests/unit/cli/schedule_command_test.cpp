// `pscheduler schedule` and `plot-schedule`: what is asked and what is shown.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kRoot = "https://here.example.org/pscheduler/";
const std::string kNextHour = "start=2030-05-01T12%3A00%3A00Z&end=2030-05-01T13%3A00%3A00Z";
const std::string kTask = "https://other:8443/pscheduler/tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";

Json entry(const std::string& type, const std::string& state, const std::string& display) {
  return {{"start-time", "2030-05-01T12:10:00Z"},
          {"end-time", "2030-05-01T12:10:10Z"},
          {"state", state},
          {"state-display", display},
          {"errors", nullptr},
          {"priority", nullptr},
          {"href", kTask + "/runs/1"},
          {"result-href", kTask + "/runs/1/result"},
          {"task", {{"test", {{"type", type}, {"spec", Json::object()}}}}},
          {"cli", {"--dest", "a b"}},
          {"test", {{"name", type}}},
          {"tool", {{"name", "ping"}}}};
}

class ScheduleCommand : public ::testing::Test {
 protected:
  void answer(const Json& entries) {
    bench_.server.on("GET " + kRoot + "schedule?" + kNextHour, entries.dump());
  }
  int run(const Words& words) { return schedule_command(bench_.context, words); }
  std::string out() { return bench_.out.str(); }

  testing::Bench bench_;
};

TEST_F(ScheduleCommand, ShowsTheNextHourForAPerson) {
  Json urgent = entry("throughput", "pending", "Pending");
  urgent["priority"] = 5;
  answer(Json::array({entry("rtt", "finished", "Finished"), urgent}));
  EXPECT_EQ(run({}), 0) << bench_.err.str();
  EXPECT_EQ(out(),
            "2030-05-01T12:10:00Z - 2030-05-01T12:10:10Z (Finished)\n"
            "rtt --dest 'a b' (Run with tool 'ping')\n" +
                kTask +
                "/runs/1\n"
                "\n\n"
                "2030-05-01T12:10:00Z - 2030-05-01T12:10:10Z (Pending)\n"
                "throughput --dest 'a b' (Run with tool 'ping' at priority 5)\n" +
                kTask + "/runs/1\n");
}

TEST_F(ScheduleCommand, TellsReasonsOfNonStartersWhenAsked) {
  Json lost = entry("rtt", "nonstart", "Non-Starter");
  lost["errors"] = "No room:\nthroughput runs until 12:20.\n";
  answer(Json::array({lost}));
  EXPECT_EQ(run({"--verbose"}), 0);
  EXPECT_THAT(
      out(),
      HasSubstr("(Non-Starter)\nNever started because:\n  No room:\n  throughput runs until 12:20.\nrtt "));
  bench_.out.str("");
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(out(), Not(HasSubstr("No room")));
}

TEST_F(ScheduleCommand, FiltersByType) {
  answer(Json::array({entry("rtt", "finished", "Finished"), entry("trace", "finished", "Finished"),
                      entry("idle", "finished", "Finished")}));
  EXPECT_EQ(run({"--filter-test", "rtt", "--filter-test", "idle", "--format", "line"}), 0);
  EXPECT_EQ(out(), "2030-05-01T12:10:00Z 2030-05-01T12:10:10Z finished - ping " + kTask +
                       "/runs/1 rtt --dest 'a b'\n" +
                       "2030-05-01T12:10:00Z 2030-05-01T12:10:10Z finished - ping " + kTask +
                       "/runs/1 idle --dest 'a b'\n");
  bench_.out.str("");
  EXPECT_EQ(run({"--invert", "--filter-test", "rtt", "--filter-test", "idle", "--format", "line"}), 0);
  EXPECT_EQ(out(), "2030-05-01T12:10:00Z 2030-05-01T12:10:10Z finished - ping " + kTask +
                       "/runs/1 trace --dest 'a b'\n");
}

TEST_F(ScheduleCommand, JsonIsWhatTheServerAnswered) {
  const std::string body = "[ {\"state\": \"x\"} ]";
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour, body + "\n");
  EXPECT_EQ(run({"--format", "json", "--filter-test", "rtt"}), 0);
  EXPECT_EQ(out(), body + "\n");
}

TEST_F(ScheduleCommand, ShowsWhatCameBeforeTheAnswerBroke) {
  const auto whole = Json::array({entry("rtt", "finished", "Finished")}).dump();
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour, whole.substr(0, whole.size() - 1) + ",{");
  EXPECT_EQ(run({"--format", "line"}), 1);
  EXPECT_THAT(out(), HasSubstr(" finished "));
  EXPECT_EQ(bench_.err.str(), "here.example.org: it ends before the list does\n");
}

TEST_F(ScheduleCommand, OptionsThatComeTooLateAreNamed) {
  EXPECT_EQ(run({"PT1H", "--format", "csv"}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("--format comes too late"));
}

TEST_F(ScheduleCommand, CsvQuotesWhatNeedsIt) {
  Json lost = entry("rtt", "nonstart", "Non-Starter");
  lost["errors"] = "No room, says \"it\"";
  lost["priority"] = -1;
  answer(Json::array({lost}));
  EXPECT_EQ(run({"--format", "csv"}), 0);
  EXPECT_EQ(out(),
            "start,end,state,priority,test,options,tool,url,reason\n"
            "2030-05-01T12:10:00Z,2030-05-01T12:10:10Z,nonstart,-1,rtt,--dest 'a b',ping," +
                kTask + "/runs/1,\"No room, says \"\"it\"\"\"\n");
}

TEST_F(ScheduleCommand, SaysWhenThereIsNothing) {
  answer(Json::array());
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(out(), StartsWith("Nothing scheduled between 2030-05-01T12:00:00Z and 2030-05-01T13:00:00Z"));
  bench_.out.str("");
  EXPECT_EQ(run({"--format", "line"}), 0);
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(ScheduleCommand, ATaskIsAskedOfItsOwnHostAndInFull) {
  const std::string query = "task=3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10";
  bench_.server.on("GET https://other:8443/pscheduler/schedule?" + query, "[]");
  EXPECT_EQ(run({"--task", kTask}), 0);
  EXPECT_THAT(out(), StartsWith("Nothing scheduled for this task"));
  bench_.server.on("GET https://third/pscheduler/schedule?" + kNextHour + "&" + query, "[]");
  EXPECT_EQ(run({"--task", kTask, "--host", "third", "PT1H"}), 0) << bench_.err.str();
}

TEST_F(ScheduleCommand, NegativeDurationsAreWordsNotOptions) {
  bench_.server.on("GET " + kRoot + "schedule?start=2030-05-01T11%3A00%3A00Z&end=2030-05-01T14%3A00%3A00Z",
                   "[]");
  EXPECT_EQ(run({"-PT1H", "2030-05-01T14:00:00Z"}), 0) << bench_.err.str();
  EXPECT_EQ(run({"--verbose", "-PT1H", "PT2H"}), 0) << bench_.err.str();
  EXPECT_EQ(run({"PT2H", "-PT1H"}), 0) << bench_.err.str();
  EXPECT_EQ(run({"-PT1"}), 2) << "that is neither";
}

TEST_F(ScheduleCommand, RefusesBeforeAskingAnybody) {
  EXPECT_EQ(run({"a", "b", "c"}), 1);
  EXPECT_EQ(run({"noon"}), 1);
  EXPECT_EQ(run({"--format", "xml"}), 1);
  EXPECT_EQ(run({"--task", kTask + "/runs/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10"}), 1);
  EXPECT_EQ(run({"--count", "3"}), 1);
  EXPECT_EQ(run({"--bogus"}), 2);
  EXPECT_THAT(bench_.server.log, IsEmpty());
}

TEST_F(ScheduleCommand, TellsWhatTheServerSays) {
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour, Reply{500, "Start is after the end\n", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("Start is after the end"));
  bench_.server.answer_instead("GET " + kRoot + "schedule?" + kNextHour, Reply{200, "{}", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(out(), IsEmpty());
}

class PlotSchedule : public ::testing::Test {
 protected:
  PlotSchedule() { bench_.server.on("GET " + kRoot + "api", "6\n"); }
  int run(const Words& words) { return plot_schedule_command(bench_.context, words); }
  testing::Bench bench_;
};

TEST_F(PlotSchedule, HandsTheImageOn) {
  const std::string image("\x89PNG\0\n", 6);
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour + "&format=png", Reply{200, image, true});
  EXPECT_EQ(run({}), 0) << bench_.err.str();
  EXPECT_EQ(bench_.out.str(), image);
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour + "&format=svg", Reply{200, "<svg/>", true});
  bench_.out.str("");
  EXPECT_EQ(run({"--format", "svg", "PT1H"}), 0);
  EXPECT_EQ(bench_.out.str(), "<svg/>");
}

TEST_F(PlotSchedule, WritesNoImageToATerminal) {
  bench_.environment.on_terminal = true;
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(bench_.server.log, IsEmpty());
  EXPECT_THAT(bench_.err.str(), HasSubstr("> schedule.png"));
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour + "&format=script",
                   Reply{200, "set title\n", true});
  EXPECT_EQ(run({"--plot"}), 0);
  EXPECT_EQ(bench_.out.str(), "set title\n");
}

TEST_F(PlotSchedule, AnErrorIsNoImage) {
  bench_.server.on("GET " + kRoot + "schedule?" + kNextHour + "&format=png",
                   Reply{500, "There is no gnuplot", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(bench_.out.str(), IsEmpty());
  EXPECT_THAT(bench_.err.str(), HasSubstr("There is no gnuplot"));
  EXPECT_THAT(bench_.err.str(), HasSubstr("--format svg"));
}

TEST_F(PlotSchedule, OldServersAreToldApart) {
  bench_.server.answer_instead("GET " + kRoot + "api", Reply{200, "4", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(bench_.err.str(), HasSubstr("too old"));
  bench_.server.answer_instead("GET " + kRoot + "api", Reply{200, "\"six\"", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_EQ(run({"--format", "gif"}), 1);
}

}  // namespace
}  // namespace pscheduler::cli
