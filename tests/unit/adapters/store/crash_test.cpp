// kill -9 in the middle of a stream of commits: what was answered is there, and nothing is half there.

#include "unit/adapters/store/crash.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <set>

#include "pscheduler/base/text.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

constexpr std::uint32_t kCommitters = 8;

ports::Changes task_with_run(std::uint32_t number) {
  auto changes = new_task(number, 3000);
  changes.new_runs = {plain_run(number, number, {at(number), at(number + 1)})};
  changes.results = {{run_id(number), {"r", "", "", ""}}};
  changes.history = {{run_id(number), at(0), std::nullopt, RunState::pending, "new", "test"}};
  return changes;
}

ports::Async<void> commit_stream(SqliteStore& store, std::uint32_t first) {
  for (std::uint32_t number = first;; number += kCommitters) {
    auto changes = task_with_run(number);
    const auto outcome = co_await store.commit(std::move(changes));
    if (!outcome) co_return;
    const auto line = fmt::format("{}\n", number);
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) co_return;
  }
}

// A child that commits for ever, and the pipe with what it has been answered.
class Child {
 public:
  explicit Child(const std::filesystem::path& file) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::string self = "store_test";
    std::string mode = kCommitForEver;
    std::string path = file.string();
    std::array<char*, 4> arguments = {self.data(), mode.data(), path.data(), nullptr};
    EXPECT_EQ(::posix_spawn(&pid_, "/proc/self/exe", &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    answers_ = pipe[0];
  }
  ~Child() { ::close(answers_); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits for this many answers and kills the child; all the answers it got.
  std::set<std::uint32_t> kill_after(std::size_t count) {
    std::string text;
    bool killed = false;
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = ::read(answers_, buffer.data(), buffer.size())) > 0;) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
      if (!killed && std::count(text.begin(), text.end(), '\n') >= static_cast<std::ptrdiff_t>(count)) {
        ::kill(pid_, SIGKILL);
        killed = true;
      }
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it ended by itself";
    std::set<std::uint32_t> numbers;
    for (const auto line : split(text, '\n')) {
      std::uint32_t number = 0;
      if (std::from_chars(line.data(), line.data() + line.size(), number).ec == std::errc())
        numbers.insert(number);
    }
    return numbers;
  }

 private:
  pid_t pid_ = 0;
  int answers_ = -1;
};

TEST_F(StoreTest, KilledInTheMiddleOfCommitsItHasAllThatWasAnswered) {
  for (const std::size_t count : {1u, 40u, 400u}) {
    file_ = folder_.path() / fmt::format("killed-after-{}.db", count);
    const auto answered = Child(file_).kill_after(count);
    ASSERT_GE(answered.size(), count);
    open();
    for (const auto number : answered) {
      EXPECT_TRUE(get(store_->task(task_id(number))).value().has_value()) << number;
    }
    const auto page = get(store_->tasks(std::nullopt, 10'000)).value();
    for (const auto& task : page.tasks) {  // none is half there
      const auto runs = get(store_->runs(task.id, {})).value();
      ASSERT_EQ(runs.size(), 1u);
      EXPECT_EQ(get(store_->run(task.id, runs[0])).value().value().results.local, "r");
      EXPECT_EQ(get(store_->history(runs[0])).value().size(), 1u);
    }
    EXPECT_EQ(integrity(), "ok");
    must_commit(new_task(4'000'000));
    close();
  }
}

}  // namespace

int commit_for_ever(const char* file) {
  asio::io_context loop;
  auto store = SqliteStore::open(file, {});
  if (!store) return 1;
  for (std::uint32_t first = 0; first < kCommitters; ++first) {
    asio::co_spawn(loop, commit_stream(**store, first), asio::detached);
  }
  loop.run();
  return 1;
}

}  // namespace pscheduler::adapters::test
