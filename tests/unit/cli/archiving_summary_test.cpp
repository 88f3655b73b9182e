// `pscheduler archiving-summary`: what is counted and how it is shown.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kRoot = "https://here.example.org/pscheduler/";
const std::string kLastHour =
    "GET " + kRoot + "schedule?start=2030-05-01T11%3A00%3A00Z&end=2030-05-01T12%3A00%3A00Z";

Json scheduled(int number, const std::string& state, bool archived) {
  return {{"state", state},
          {"href", kRoot + "run" + std::to_string(number)},
          {"task", {{"archives", archived ? Json{{{"archiver", "x"}}} : Json::array()}}}};
}

Json archiving(Json spec, bool completed, bool archived) {
  return {{"spec", std::move(spec)}, {"completed", completed}, {"archived", archived}};
}

struct ArchivingSummaryCommand : ::testing::Test {
  testing::Bench bench;
};

TEST_F(ArchivingSummaryCommand, CountsWhatIsSettledByArchive) {
  const Json first = {{"archiver", "http"}, {"data", 1}};
  const Json second = {{"archiver", "http"}, {"data", 2}};
  const Json labelled = {{"archiver", "syslog"}, {"data", 1}, {"label", "Alpha"}};
  bench.server.on(kLastHour, Json{scheduled(1, "finished", true), scheduled(2, "finished", true),
                                  scheduled(3, "failed", true), scheduled(4, "finished", false)}
                                 .dump());
  bench.server.on(
      "GET " + kRoot + "run1",
      Json{{"archivings", {archiving(first, true, true), archiving(second, true, false)}}}.dump());
  bench.server.on("GET " + kRoot + "run2",
                  Json{{"archivings",
                        {archiving(first, true, false), archiving(second, false, false),
                         archiving(labelled, true, true)}}}
                      .dump());
  EXPECT_EQ(archiving_summary_command(bench.context, {}), 0) << bench.err.str();
  EXPECT_EQ(bench.out.str(),
            "\n       Succeeded            Failed  Label\n"
            "------------------------------------------------------------\n"
            "        1 (100%)          0 (  0%)  Alpha\n"
            "        1 ( 50%)          1 ( 50%)  http\n"
            "        0 (  0%)          1 (100%)  http #2\n"
            "------------------------------------------------------------\n"
            "        2 ( 50%)          2 ( 50%)  Total (4)\n\n");
}

TEST_F(ArchivingSummaryCommand, SaysWhenThereIsNothing) {
  bench.server.on(kLastHour, "[]");
  EXPECT_EQ(archiving_summary_command(bench.context, {}), 0);
  EXPECT_EQ(bench.out.str(), "Nothing was archived since 2030-05-01T11:00:00Z\n");
  EXPECT_THAT(bench.err.str(), IsEmpty());
}

TEST_F(ArchivingSummaryCommand, LooksBackFromWhereItIsTold) {
  bench.server.on("GET " + kRoot + "schedule?start=2029-12-31T00%3A00%3A00Z&end=2030-01-01T00%3A00%3A00Z",
                  "[]");
  EXPECT_EQ(archiving_summary_command(bench.context, {"--to", "2030-01-01T00:00:00", "P1D"}), 0);
  EXPECT_THAT(bench.err.str(), HasSubstr("may take a while"));
}

TEST_F(ArchivingSummaryCommand, RefusesBadArguments) {
  for (const Words& words : {Words{"soon"}, Words{"--to", "noon"}, Words{"PT1H", "PT2H"}}) {
    EXPECT_EQ(archiving_summary_command(bench.context, words), 1);
  }
  EXPECT_THAT(bench.server.log, IsEmpty());
}

}  // namespace
}  // namespace pscheduler::cli
