#include "pscheduler/plugin_sdk/child_program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace pscheduler::sdk {
namespace {

using testing::HasSubstr;

constexpr Duration kPlenty = std::chrono::seconds(30);
constexpr Duration kShort = std::chrono::milliseconds(50);

ChildOutcome shell(const std::string& script, Duration limit = kPlenty) {
  return run_child({.words = {"sh", "-c", script}, .time_limit = limit});
}

// Waits until the process, which need not be a child, has ended.
bool ends(pid_t pid) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) return errno == ESRCH;
  pollfd wait{fd, POLLIN, 0};
  constexpr int kPatienceMs = 30'000;
  const bool ended = poll(&wait, 1, kPatienceMs) == 1;
  close(fd);
  return ended;
}

TEST(ChildProgram, KeepsBothStreamsAndTheStatus) {
  const auto outcome = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(outcome.end, ChildEnd::exited);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.output, "out\n");
  EXPECT_EQ(outcome.errors, "err\n");
  EXPECT_EQ(outcome.trouble, "");
}

TEST(ChildProgram, PassesWordsWithoutAShell) {
  const auto outcome = run_child({.words = {"printf", "%s|", "a b", "$HOME", "*"}, .time_limit = kPlenty});
  EXPECT_EQ(outcome.output, "a b|$HOME|*|");
}

TEST(ChildProgram, HasNothingToRead) {
  EXPECT_EQ(run_child({.words = {"cat"}, .time_limit = kPlenty}).end, ChildEnd::exited);
}

TEST(ChildProgram, FoldsLineEnds) {
  EXPECT_EQ(shell("printf 'a\\r\\nb\\rc\\n'").output, "a\nb\nc\n");
}

TEST(ChildProgram, SaysWhyItCouldNotStart) {
  const auto outcome = run_child({.words = {"/no/such/program"}, .time_limit = kPlenty});
  EXPECT_EQ(outcome.end, ChildEnd::not_started);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.trouble, HasSubstr("/no/such/program: No such file"));
}

TEST(ChildProgram, EndsWhatMeetsAnObjection) {
  const auto outcome = run_child({.words = {"sh", "-c", "echo fine >&2; echo odd >&2; exec sleep 600"},
                                  .time_limit = kPlenty,
                                  .objection = [](const std::string& errors) -> std::string {
                                    return errors.find("odd") == std::string::npos ? "" : "It is odd.";
                                  }});
  EXPECT_EQ(outcome.end, ChildEnd::objected);
  EXPECT_EQ(outcome.trouble, "It is odd.");
}

TEST(ChildProgram, GivesTheTimeItIsToldToEnd) {
  // Longer than what programs are given as a rule.
  const auto outcome = run_child(
      {.words = {"sh", "-c", "trap 'sleep 1; echo tidied; exit' TERM; echo up >&2; sleep 600 & wait"},
       .time_limit = kPlenty,
       .term_to_kill = kPlenty,
       .objection = [](const std::string&) { return "Go."; }});
  EXPECT_EQ(outcome.output, "tidied\n");
}

TEST(ChildProgram, EndsWhatTakesTooLong) {
  const auto outcome = shell("echo early; exec sleep 600", kShort);
  EXPECT_EQ(outcome.end, ChildEnd::timed_out);
  EXPECT_EQ(outcome.output, "early\n");
  EXPECT_THAT(outcome.trouble, HasSubstr("took longer than 0.05 seconds"));
}

TEST(ChildProgram, KillsWhatIgnoresSigterm) {
  EXPECT_EQ(shell("trap '' TERM; while :; do sleep 1; done", kShort).end, ChildEnd::timed_out);
}

TEST(ChildProgram, EndsWhatFloods) {
  const auto outcome = run_child({.words = {"yes"}, .time_limit = kPlenty, .output_bytes_max = 100'000});
  EXPECT_EQ(outcome.end, ChildEnd::flooded);
  EXPECT_EQ(outcome.output.size(), 100'000u);
  EXPECT_THAT(outcome.trouble, HasSubstr("more than 100000 bytes"));
}

TEST(ChildProgram, ReportsItsSignal) {
  const auto outcome = shell("kill -SEGV $$");
  EXPECT_EQ(outcome.end, ChildEnd::signalled);
  EXPECT_EQ(outcome.status, SIGSEGV);
}

TEST(ChildProgram, DoesNotWaitForWhatHoldsItsPipes) {
  const auto outcome = shell("sleep 600 & echo $!");
  EXPECT_EQ(outcome.end, ChildEnd::exited);
  const auto left = static_cast<pid_t>(std::stol(outcome.output));
  EXPECT_TRUE(ends(left));
}

// A tool in a process of its own, whose program tells its number through a pipe and then stays.
TEST(ChildProgram, EndsWhenTheToolIsTold) {
  for (const int told : {SIGTERM, SIGKILL}) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t tool = fork();
    if (tool == 0) {
      const auto path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(pipe_ends[1]);
      shell("echo $$ > " + path + "; exec sleep 600");
      _exit(0);
    }
    char text[32] = {};
    ASSERT_GT(read(pipe_ends[0], text, sizeof text - 1), 0);
    kill(tool, told);
    int status = 0;
    ASSERT_EQ(waitpid(tool, &status, 0), tool);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == told) << status;
    EXPECT_TRUE(ends(static_cast<pid_t>(std::stol(text))));
    close(pipe_ends[0]);
    close(pipe_ends[1]);
  }
}

TEST(CommandText, QuotesWhereAShellWouldNeedIt) {
  EXPECT_EQ(command_text({"ping", "-c", "5", "a b", "", "it's", "::1"}),
            R"(ping -c 5 'a b' '' 'it'\''s' ::1)");
}

}  // namespace
}  // namespace pscheduler::sdk
