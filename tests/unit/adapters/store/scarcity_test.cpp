// No room on the disk, a disk that fails, no descriptors left: a clear answer, nothing lost, and all well
// again when there is room.

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

// Sets a resource limit and puts the old one back.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t value) : resource_(resource) {
    ::getrlimit(resource_, &before_);
    const rlimit now{value, before_.rlim_max};
    ::setrlimit(resource_, &now);
  }
  ~Limit() { ::setrlimit(resource_, &before_); }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

 private:
  __rlimit_resource resource_;
  rlimit before_{};
};

// A file system of 2 MB; only root may have one.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& folder) : folder_(folder) {
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=2m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

struct Scarcity : StoreTest {
  // Commits tasks of 40 KB until one is refused: its error. `accepted` counts the others.
  Error fill() {
    for (; accepted < 1000; ++accepted) {
      const auto outcome = commit(new_task(accepted, 40'000));
      if (!outcome) return outcome.error();
    }
    ADD_FAILURE() << "never full";
    return {};
  }
  void expect_all_there() {
    for (std::uint32_t i = 0; i < accepted; ++i) {
      EXPECT_TRUE(get(store_->task(task_id(i))).value().has_value()) << i;
    }
    EXPECT_EQ(get(store_->tasks(std::nullopt, 1000)).value().tasks.size(), accepted);
    EXPECT_EQ(integrity(), "ok");
  }
  std::uint32_t accepted = 0;
};

struct FullDisk : Scarcity {
  void SetUp() override {
    if (!disk.mounted()) GTEST_SKIP() << "needs root, to mount a small file system";
    std::ofstream(filler) << std::string(800'000, 'f');
    open();
  }
  void TearDown() override { close(); }

  SmallDisk disk{folder_.path()};
  std::filesystem::path filler = folder_.path() / "filler";
};

TEST_F(FullDisk, IsToldInASentenceHarmsNothingAndPasses) {
  const auto error = fill();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_NE(error.message.find(file_.string() + " is full; free some space"), std::string::npos)
      << error.message;
  EXPECT_GT(accepted, 3u);
  expect_all_there();
  EXPECT_EQ(fill().code, Errc::unavailable);  // still
  std::filesystem::remove(filler);
  must_commit(new_task(accepted, 40'000));
  ++accepted;
  expect_all_there();
  reopen();
  expect_all_there();
}

TEST_F(FullDisk, AStoreReopenedOnItHasAllThatWasAccepted) {
  fill();
  close();
  auto opened = SqliteStore::open(file_, {});
  if (!opened) {  // not even room for the files SQLite works with: said, and mended by making room
    EXPECT_EQ(opened.error().code, Errc::unavailable) << opened.error().message;
    std::filesystem::remove(filler);
    open();
  } else {
    store_ = std::move(*opened);
  }
  expect_all_there();
}

TEST_F(FullDisk, OneCommitThatIsTooLargeDoesNotHarmThoseBesideIt) {
  WriteBlock block(file_);
  std::vector<Result<void>> outcomes;
  start_commit(new_task(1), outcomes);
  start_commit(new_task(2), outcomes);
  start_commit(new_task(3, 3'000'000), outcomes);
  start_commit(new_task(4), outcomes);
  poll_loop();
  block.release();
  run_loop();
  ASSERT_EQ(outcomes.size(), 4u);
  EXPECT_TRUE(outcomes[0]);
  EXPECT_TRUE(outcomes[1]);
  ASSERT_FALSE(outcomes[2]);
  EXPECT_EQ(outcomes[2].error().code, Errc::unavailable);
  EXPECT_TRUE(outcomes[3]);
  EXPECT_TRUE(get(store_->task(task_id(4))).value().has_value());
  EXPECT_FALSE(get(store_->task(task_id(3))).value().has_value());
}

TEST_F(Scarcity, AWriteThatFailsIsToldHarmsNothingAndPasses) {
  open();
  must_commit(new_task(accepted++));
  ::signal(SIGXFSZ, SIG_IGN);
  {
    const Limit limit(RLIMIT_FSIZE, 400'000);
    const auto error = fill();
    EXPECT_EQ(error.code, Errc::unavailable);
    EXPECT_NE(error.message.find(file_.string()), std::string::npos) << error.message;
    expect_all_there();
  }
  ::signal(SIGXFSZ, SIG_DFL);
  must_commit(new_task(accepted++));
  reopen();
  expect_all_there();
}

TEST_F(Scarcity, AnOpenStoreNeedsNoFurtherDescriptors) {
  open();
  auto with_run = new_task(0);
  with_run.new_runs = {plain_run(1, 0, {at(0), at(1)})};
  with_run.results = {{run_id(1), {std::string(300'000, 'a'), "", "", ""}}};
  must_commit(std::move(with_run));
  const Limit limit(RLIMIT_NOFILE, 64);
  std::vector<int> taken;
  for (int copy = ::dup(0); copy >= 0; copy = ::dup(0)) taken.push_back(copy);
  EXPECT_EQ(errno, EMFILE);
  std::uint32_t count = 1;  // a member would set off a sanitizer that needs descriptors for its check
  for (; count < 60; ++count) must_commit(new_task(count, 100'000));  // past a checkpoint
  ports::Changes undone;  // large enough for a journal of what has to be put back
  undone.results = {{run_id(1), {std::string(300'000, 'b'), "", "", ""}}};
  undone.history = {{run_id(99), at(0), std::nullopt, RunState::pending, "", ""}};
  EXPECT_EQ(commit(std::move(undone)).error().code, Errc::not_found);
  EXPECT_EQ(get(store_->run(task_id(0), run_id(1))).value().value().results.local.front(), 'a');
  EXPECT_EQ(get(store_->tasks(std::nullopt, 1000)).value().tasks.size(), count);
  const auto second = SqliteStore::open(folder_.path() / "second.db", {});
  EXPECT_EQ(second.error().code, Errc::unavailable);
  EXPECT_NE(second.error().message.find("Too many open files"), std::string::npos) << second.error().message;
  for (const int descriptor : taken) ::close(descriptor);
  accepted = count;
  expect_all_there();
}

}  // namespace
}  // namespace pscheduler::adapters::test
