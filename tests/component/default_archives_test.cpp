// The archives of the operator, to which the results of all tasks go that the node leads.

#include "pscheduler/services/default_archives.hpp"
#include "component/archiving.hpp"
#include "component/told_directories.hpp"
#include "pscheduler/adapters/system/posix_files.hpp"

namespace pscheduler::test {
namespace {

using services::DefaultArchives;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class DefaultArchivesOfANode : public ArchivingOfResults {
 protected:
  DefaultArchivesOfANode() { begin(); }
  ~DefaultArchivesOfANode() override { end(); }

  void begin() {
    directories_ = std::make_unique<ToldDirectoryWatch>(world->loop.get_executor());
    archives_ = std::make_unique<DefaultArchives>(
        DefaultArchives::Ports{world->loop.get_executor(), world->clock, files_, world->scripts, world->log},
        world->plugins, folder.path() / "archives", [this]() -> Result<DefaultArchives::Texts> {
          if (broken_) return fail(Errc::unavailable, "the disk is gone");
          return texts_;
        });
    world->archivist.archive_also_to(*archives_);
    watching_ = std::make_unique<ports::Scope>(
        world->loop.get_executor(), [](const std::exception_ptr& error) { std::rethrow_exception(error); });
    watching_->spawn(archives_->work(*directories_));
    world->settle();
  }
  void end() {
    watching_->cancel_all();
    world->settle();
    watching_.reset();
  }

  void change(const std::string& name, const Json& archive) { change_text(name, archive.dump()); }
  void change_text(const std::string& name, const std::string& text) {
    texts_.insert_or_assign(name, text);
    tell();
  }
  void remove(const std::string& name) {
    texts_.erase(name);
    tell();
  }
  void tell() {
    directories_->tell();
    world->advance(1s);
  }

  // Posts a task that ends 6 s from now, and tells who got its result.
  std::vector<std::string> archivers_of_a_run(const Json& more = Json::object()) {
    world->plugins.archived.clear();
    last_ = world->post_task("background", 2, Json::object(), more);
    world->advance(10s);
    std::vector<std::string> names;
    for (const auto& call : world->plugins.archived) names.push_back(call.archiver);
    return names;
  }

  DefaultArchives::Texts texts_;
  bool broken_ = false;
  std::string last_;
  adapters::PosixFiles files_;
  std::unique_ptr<ToldDirectoryWatch> directories_;
  std::unique_ptr<DefaultArchives> archives_;
  std::unique_ptr<ports::Scope> watching_;
};

TEST_F(DefaultArchivesOfANode, GetTheResultsOfTasksThatNameNone) {
  EXPECT_THAT(archivers_of_a_run(), IsEmpty());
  change("all.json", shelf());
  EXPECT_EQ(world->log.count("DEFAULT_ARCHIVE_APPLIED"), 1);
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
  const auto archiving = archiving_of(last_);
  EXPECT_EQ(archiving["archived"], true);
  EXPECT_EQ(archiving["spec"]["runs"], "succeeded");
  EXPECT_EQ(archiving["spec"]["data"]["_password"], nullptr);
}

TEST_F(DefaultArchivesOfANode, ComeAfterThoseOfTheTaskInTheOrderOfTheirNames) {
  change("b", drawer({{"label", "b"}}));
  change("a", shelf({{"label", "a"}}));
  EXPECT_THAT(archivers_of_a_run({{"archives", {shelf({{"label", "own"}})}}}),
              UnorderedElementsAre("shelf", "shelf", "drawer"));
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < 3; ++i) labels.push_back(archiving_of(last_, i)["spec"]["label"]);
  EXPECT_THAT(labels, ElementsAre("own", "a", "b"));
}

TEST_F(DefaultArchivesOfANode, TakeTheRunsTheyWantWithTransformAndTimeToLive) {
  change("failed", shelf({{"runs", "failed"}}));
  EXPECT_THAT(archivers_of_a_run(), IsEmpty());
  remove("failed");
  world->scripts.gives = [](const ports::Script&, const Json& result,
                            const Json&) -> Result<std::vector<Json>> {
    return std::vector<Json>{{{"only", result["id"]}}};
  };
  world->plugins.on_archive = [](const ArchiverCall&) -> Result<ArchiverReply> {
    return again_after(1h, "PT1H");
  };
  change("brief", shelf({{"ttl", "PT1M"}, {"transform", {{"script", "{only: .id}"}}}}));
  ASSERT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
  EXPECT_EQ(world->plugins.archived[0].record["result"].size(), 1U);
  EXPECT_TRUE(world->plugins.archived[0].record["result"].contains("only"));
  world->advance(2min);
  EXPECT_EQ(archiving_of(last_)["completed"], true) << "its time is over";
}

TEST_F(DefaultArchivesOfANode, GetStreamedResultsToo) {
  ToolScript streaming;
  streaming.records = {{2s, R"({"succeeded": true, "n": 1})"}, {4s, R"({"succeeded": true, "n": 2})"}};
  world->plugins.scripts["multi-tool"] = streaming;
  change("all", shelf());
  world->post_task("multi", 10, {{"start", "2030-01-02T12:00:06Z"}});
  world->advance_to(at(15s));
  std::vector<int> numbers;
  for (const auto& call : world->plugins.archived) numbers.push_back(call.record["result"]["result"]["n"]);
  EXPECT_THAT(numbers, ElementsAre(1, 2));
}

TEST_F(DefaultArchivesOfANode, AreTheOperatorsOwnWhoeverAskedForTheTask) {
  change("all", shelf());
  const Json task = {{"test", {{"type", "background"}, {"spec", {{"seconds", 2}}}}},
                     {"schedule", Json::object()},
                     {"_key", "sesame"},
                     {"archives", {drawer()}}};
  const auto posted = world->call("POST", "/tasks", task.dump(), {.address = "203.0.113.9"});
  ASSERT_EQ(posted.status, 200) << posted.body;
  world->advance(10s);
  std::map<std::string, bool> outside;
  for (const auto& call : world->plugins.archived)
    outside[call.archiver] = call.record.contains("from-outside");
  EXPECT_EQ(outside, (std::map<std::string, bool>{{"drawer", true}, {"shelf", false}}));
  const auto url = posted.json().get<std::string>();
  const auto run = world->get(url.substr(url.find("/tasks/")) + "/runs/first?key=sesame").json();
  EXPECT_EQ(run["archivings"][0]["spec"]["data"]["_password"], "s3cret") << "the requester's own";
  EXPECT_EQ(run["archivings"][1]["spec"]["data"]["_password"], nullptr) << "the operator's";
  EXPECT_EQ(run["archivings"][1]["archiver_data"]["_password"], nullptr) << "the operator's";
}

TEST_F(DefaultArchivesOfANode, AreFollowedAsTheirFilesChangeAndGo) {
  change("all", shelf());
  change("all", drawer());
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("drawer"));
  change("more", shelf());
  EXPECT_EQ(world->log.count("DEFAULT_ARCHIVE_APPLIED"), 3)
      << "those that stay as they are are not told again";
  EXPECT_THAT(archivers_of_a_run(), UnorderedElementsAre("drawer", "shelf"));
  remove("all");
  EXPECT_EQ(world->log.count("DEFAULT_ARCHIVE_GONE"), 1);
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
}

TEST_F(DefaultArchivesOfANode, ThatBecomeInvalidStayAsTheyWereAndAreToldOnce) {
  change("all", shelf());
  const std::map<std::string, std::string> wrong{
      {"{", "line 1"},
      {"[]", "At /"},
      {R"({"archiver": "shelf"})", "data"},
      {"{\"archiver\": \"shelf\", \"data\": {},\n \"ttl\": \"soon\"}", "line 2, column 9: At /ttl"},
      {R"({"schema": 4, "archiver": "shelf", "data": {}})", "schema"},
      {R"({"archiver": "attic", "data": {"good": true}})", "there is no archiver 'attic'"},
      {R"({"archiver": "shelf", "data": {"good": false}})", "At /data: "},
      {R"({"archiver": "shelf", "data": {"good": true}, "transform": {"script": "bad"}})", "syntax error"}};
  for (const auto& [text, complaint] : wrong) {
    const auto told = world->log.count("DEFAULT_ARCHIVE_REFUSED");
    change_text("all", text);
    tell();
    EXPECT_EQ(world->log.count("DEFAULT_ARCHIVE_REFUSED"), told + 1) << text;
    ASSERT_EQ(archives_->complaints().size(), 1U) << text;
    EXPECT_THAT(archives_->complaints()[0], HasSubstr((folder.path() / "archives/all: ").string()));
    EXPECT_THAT(archives_->complaints()[0], HasSubstr(complaint)) << text;
  }
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
  broken_ = true;
  tell();
  EXPECT_EQ(world->log.count("DEFAULT_ARCHIVES_UNREADABLE"), 1);
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
}

TEST_F(DefaultArchivesOfANode, MayNameTheMembersOfAllSchemasAsIn52) {
  change("all", Json{{"archiver", "shelf"}, {"data", {{"good", true}}}, {"runs", "all"}, {"label", "x"}});
  EXPECT_THAT(archives_->complaints(), IsEmpty());
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
}

TEST_F(DefaultArchivesOfANode, AreJudgedAgainWhenOtherPluginsAreFound) {
  bool installed = false;
  world->plugins.before_answer = [&](const std::string& method) -> ports::AsyncResult<void> {
    if (method == "data-is-valid" && !installed) co_return fail(Errc::invalid_argument, "no such module");
    co_return Result<void>{};
  };
  change("all", shelf());
  EXPECT_THAT(archivers_of_a_run(), IsEmpty());
  installed = true;
  archives_->look_again();
  world->advance(1s);
  EXPECT_THAT(archivers_of_a_run(), ElementsAre("shelf"));
  world->plugins.before_answer = nullptr;
}

TEST_F(DefaultArchivesOfANode, WhosePluginCouldNotBeAskedAreJudgedAgainSoon) {
  bool busy = true;
  world->plugins.before_answer = [&](const std::string& method) -> ports::AsyncResult<void> {
    if (method == "data-is-valid" && busy) co_return fail(Errc::timed_out, "no answer in 15 s");
    co_return Result<void>{};
  };
  change("all", shelf());
  busy = false;
  EXPECT_THAT(archives_->in_force(), IsEmpty());
  world->advance(20s);
  EXPECT_EQ(archives_->in_force().size(), 1U);
  world->plugins.before_answer = nullptr;
}

TEST_F(DefaultArchivesOfANode, OfWhichTheNodeKnewWhenTheRunEndedGetItAfterACrash) {
  change("all", shelf({{"data", {{"good", true}, {"_password", "old"}}}}));
  bool down = true;
  world->plugins.on_archive = [&](const ArchiverCall&) -> Result<ArchiverReply> {
    return down ? again_after(5s, "PT5S") : success();
  };
  ASSERT_THAT(archivers_of_a_run(), testing::Not(IsEmpty()));
  end();
  texts_.clear();
  restart_at(world->clock.now() + 1min);
  begin();
  world->advance(10s);
  ASSERT_EQ(world->plugins.archived.size(), 1U) << "also though its file is gone now";
  EXPECT_EQ(world->plugins.archived[0].record["data"]["_password"], "old");
  EXPECT_FALSE(world->plugins.archived[0].record.contains("from-outside"));
  EXPECT_THAT(archivers_of_a_run(), IsEmpty());
}

TEST_F(DefaultArchivesOfANode, KeepRunsAsLongAsTheTaskSaysAfterTheLast) {
  change("all", shelf());
  archivers_of_a_run({{"schema", 5}, {"keep-after-archive", "PT1H"}});
  ASSERT_TRUE(expiry_of(last_).has_value());
}

}  // namespace
}  // namespace pscheduler::test
