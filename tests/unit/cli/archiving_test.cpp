// pscheduler archiving: where results go, what was given up, and offering it again.

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "unit/cli/fakes.hpp"

namespace pscheduler::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kStat = "https://here.example.org/pscheduler/stat/archiving/";
const std::string kList = "GET " + kStat + "destinations";
const std::string kRun =
    "https://here.example.org/pscheduler/tasks/3f0c1a52-6a0e-4c0b-9b0c-0d8c8b1f7a10/runs/"
    "91b71a52-7c0e-4f0b-8d0c-5a8c8b1f7a11";

// The clock of the bench says 2030-05-01T12:00:00Z.
const std::string kTwo = R"([
  {"id": "91ab77de00000001", "archiver": "file", "label": null, "destination": "{\"file\":\"a.jsonl\"}",
   "state": "ok", "stalled": false, "waiting": 1, "under-way": 1, "oldest": "2030-05-01T11:59:59+00:00",
   "last-success": "2030-05-01T11:59:57+00:00", "last-failure": null, "last-error": null,
   "failing-since": null, "given-up": 0},
  {"id": "3f1c09ab00000002", "archiver": "http", "label": "central", "destination": "https://sink.example:8443",
   "state": "failing", "stalled": true, "waiting": 212, "under-way": 0, "oldest": "2030-05-01T11:34:00+00:00",
   "last-success": null, "last-failure": "2030-05-01T11:59:48+00:00",
   "last-error": "Could not connect to sink.example: Connection refused",
   "failing-since": "2030-05-01T11:34:00+00:00", "given-up": 4}])";

struct ArchivingCommand : ::testing::Test {
  int run(const Words& words) {
    bench.out.str("");
    bench.err.str("");
    return archiving_command(bench.context, words);
  }
  testing::Bench bench;
};

TEST_F(ArchivingCommand, ShowsEachDestinationThoseInTroubleFirst) {
  bench.server.on(kList, kTwo);
  EXPECT_EQ(run({}), 0);
  EXPECT_EQ(bench.out.str(),
            "State     Waiting  Oldest      Last success  Given up  Destination\n"
            "stalled       212  26 minutes  never                4  3f1c09ab http https://sink.example:8443 "
            "(central)\n"
            "          12 seconds ago: Could not connect to sink.example: Connection refused\n"
            "ok              1  1 second    3 seconds            0  91ab77de file {\"file\":\"a.jsonl\"}\n"
            "\nGiven up: pscheduler archiving --failed tells why, --retry offers it again.\n");
}

TEST_F(ArchivingCommand, ShowsOneByIdLabelOrArchiver) {
  bench.server.on(kList, kTwo);
  for (const char* name : {"91ab77de00000001", "91a", "file"}) {
    EXPECT_EQ(run({name}), 0) << name;
    EXPECT_THAT(bench.out.str(), HasSubstr("a.jsonl"));
    EXPECT_THAT(bench.out.str(), Not(HasSubstr("sink.example")));
  }
  EXPECT_EQ(run({"nowhere"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("There is no destination \"nowhere\""));
}

TEST_F(ArchivingCommand, SaysSoWhenAnameMayBeSeveral) {
  bench.server.on(kList,
                  R"([{"id": "3f000001", "archiver": "http"}, {"id": "3f000002", "archiver": "http"}])");
  EXPECT_EQ(run({"http"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("may be any of the destinations 3f000001 and 3f000002;"));
}

TEST_F(ArchivingCommand, NamesOnlySomeOfVeryMany) {
  Json many = Json::array();
  for (int i = 100; i < 150; ++i) many.push_back({{"id", "3f000" + std::to_string(i)}, {"archiver", "http"}});
  bench.server.on(kList, many.dump());
  EXPECT_EQ(run({"http"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("3f000109, and 40 more; name one by its id."));
}

TEST_F(ArchivingCommand, SaysWhenNothingIsArchived) {
  bench.server.on(kList, "[]");
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(bench.out.str(), HasSubstr("none of its tasks asks for that"));
  EXPECT_EQ(run({"--format", "json"}), 0);
  EXPECT_EQ(bench.out.str(), "[]\n");
}

TEST_F(ArchivingCommand, ListsWhatWasGivenUp) {
  bench.server.on("GET " + kStat + "failed?limit=100",
                  R"([{"run": ")" + kRun + R"(", "destination": "3f1c09ab00000002", "archiver": "http",
      "label": "central", "time": "2030-05-01T11:00:00+00:00", "attempts": 1, "reason": "no \u001b[31m here"}])");
  EXPECT_EQ(run({"--failed"}), 0);
  EXPECT_EQ(bench.out.str(),
            "2030-05-01T11:00:00+00:00  3f1c09ab http (central) after 1 attempt\n          " + kRun +
                "\n          no \\x1b[31m here\n");
  bench.server.on(kList, kTwo);
  bench.server.on("GET " + kStat + "failed?destination=3f1c09ab00000002&limit=100", "[]");
  EXPECT_EQ(run({"--failed", "central"}), 0);
  EXPECT_THAT(bench.out.str(), HasSubstr("Nothing was given up there"));
}

TEST_F(ArchivingCommand, ShowsWhatItCanOfAStrangeAnswer) {
  bench.server.on(kList, "[5, {}]");
  bench.server.on("GET " + kStat + "failed?limit=100", "[5, {}]");
  EXPECT_EQ(run({}), 0);
  EXPECT_EQ(run({"--failed"}), 0);
  EXPECT_EQ(bench.out.str(),
            "?  ? ? after 0 attempts\n          ?\n          No reason is known.\n"
            "?  ? ? after 0 attempts\n          ?\n          No reason is known.\n");
}

TEST_F(ArchivingCommand, ShowsNoControlCharactersOfAServer) {
  bench.server.on(kList, R"([{"id": "3f\u001bc9ab", "archiver": "ht\u001b[2Jtp", "state": "o\u0007k"},
                            {"id": "3f\u001bc9ac", "archiver": "file"}])");
  bench.server.on("GET " + kStat + "failed?limit=100",
                  R"([{"run": "u\u001b[1m", "destination": "3f\u001bc9ab", "archiver": "ht\u001b[2Jtp",
                       "time": "2030\u009b1m", "attempts": 2, "reason": "\u001b]0;x"}])");
  for (const Words& words : {Words{}, Words{"--failed"}, Words{"3f"}}) {
    run(words);
    const auto said = bench.out.str() + bench.err.str();
    EXPECT_THAT(said, HasSubstr("3f\\x1bc9a"));
    const auto is_control = [](unsigned char c) { return c < 0x20 && c != '\n'; };
    EXPECT_TRUE(std::ranges::none_of(said, is_control)) << said;
    EXPECT_THAT(said, Not(HasSubstr("\u009b")));
  }
}

TEST_F(ArchivingCommand, OffersAgain) {
  bench.server.on(kList, kTwo);
  bench.server.on("POST " + kStat + "failed?all=true", R"({"offered": 5})");
  bench.server.on("POST " + kStat + "failed?destination=3f1c09ab00000002", R"({"offered": 1})");
  bench.server.on("POST " + kStat + "failed?run=91b71a52-7c0e-4f0b-8d0c-5a8c8b1f7a11", R"({"offered": 0})");
  for (const Words& words : {Words{"--retry"}, Words{"--retry", "all"}, Words{"all", "-r"}}) {
    EXPECT_EQ(run(words), 0);
    EXPECT_EQ(bench.out.str(), "5 results are offered again.\n");
  }
  EXPECT_EQ(run({"--retry", "central"}), 0);
  EXPECT_EQ(bench.out.str(), "1 result is offered again.\n");
  EXPECT_EQ(run({"--retry", kRun}), 0);
  EXPECT_THAT(bench.out.str(), HasSubstr("Nothing is offered again"));
  EXPECT_EQ(run({"--retry", "--format", "json", "3f1"}), 0);
  EXPECT_EQ(bench.out.str(), "{\"offered\": 1}\n");
}

TEST_F(ArchivingCommand, TellsWhatTheServerSays) {
  bench.server.on("POST https://there.example/pscheduler/stat/archiving/failed?all=true",
                  Reply{403, "From the node's own host only.\n", true});
  EXPECT_EQ(run({"--retry", "--host", "there.example"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("there.example: "));
  EXPECT_THAT(bench.err.str(), HasSubstr("From the node's own host only."));
  bench.server.on(kList, Reply{404, "Not found", true});
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("pScheduler 5.2 does not"));
}

TEST_F(ArchivingCommand, RefusesWhatIsNothing) {
  EXPECT_EQ(run({"--format", "xml"}), 1);
  EXPECT_EQ(run({"--failed", "--retry"}), 1);
  EXPECT_EQ(run({"--retry", "https://here.example.org/pscheduler/tasks"}), 1);
  EXPECT_THAT(bench.err.str(), HasSubstr("is not the URL of a run"));
  EXPECT_EQ(run({"a", "b"}), 1);
  EXPECT_EQ(run({"--bogus"}), 2);
  EXPECT_THAT(bench.server.log, ElementsAre());
}

}  // namespace
}  // namespace pscheduler::cli
