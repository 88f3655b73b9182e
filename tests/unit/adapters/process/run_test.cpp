// What goes into a program and what comes out of it.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "process_fixture.hpp"

namespace pscheduler::test {
namespace {

using ports::ProcessEnd;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ProcessRun : public ProcessTest {};

std::vector<std::string> nul_separated(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\0', at);
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

TEST_F(ProcessRun, GivesTheExitStatus) {
  for (const int status : {0, 1, 2, 127, 255}) {
    const auto outcome = outcome_of(misbehave({"exit", std::to_string(status)}));
    EXPECT_EQ(outcome.end, ProcessEnd::exited);
    EXPECT_EQ(outcome.status, status);
  }
}

TEST_F(ProcessRun, GivesTheSignalThatKilledIt) {
  for (const int number : {SIGKILL, SIGTERM, SIGPIPE, SIGSEGV}) {
    const auto outcome = outcome_of(misbehave({"die", std::to_string(number)}));
    EXPECT_EQ(outcome.end, ProcessEnd::signalled);
    EXPECT_EQ(outcome.status, number);
  }
}

// Leaves too few descriptors for the pipes to a program, until the loop has something else to do.
void run_short_of_descriptors(boost::asio::io_context& loop) {
  const boost::asio::steady_timer has_what_the_loop_itself_needs_opened(loop);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(next, 0);
  close(next);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(next) + 4;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  boost::asio::post(loop, [before] { EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0); });
}

TEST_F(ProcessRun, IsTriedAgainWhenTheSystemIsShortOfSomethingForAMoment) {
  on_loop([this]() -> ports::Async<void> {
    auto spec = misbehave({"exit", "3"});
    run_short_of_descriptors(loop_);
    const auto outcome = co_await processes_.run(std::move(spec));
    EXPECT_TRUE(outcome) << outcome.error().message;
    EXPECT_EQ(outcome->status, 3);
  });
  on_loop([this]() -> ports::Async<void> {
    auto spec = misbehave({"ignore-term"});
    spec.grace = std::chrono::milliseconds(1);
    run_short_of_descriptors(loop_);
    const auto started = co_await processes_.start(std::move(spec));
    EXPECT_TRUE(started) << started.error().message;
  });
}

TEST_F(ProcessRun, SaysWhichProgramIsMissing) {
  ports::ProcessSpec spec;
  spec.program = "/nonexistent/plugin";
  const auto result = run(spec);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::plugin_failed);
  EXPECT_THAT(result.error().message, HasSubstr("/nonexistent/plugin: No such file or directory"));
}

TEST_F(ProcessRun, SaysWhichProgramIsNotExecutable) {
  const auto path = std::filesystem::temp_directory_path() / ("not-executable-" + mark_);
  std::ofstream(path) << "#!/bin/sh\n";
  ports::ProcessSpec spec;
  spec.program = path;
  const auto result = run(spec);
  std::filesystem::remove(path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::plugin_failed);
  EXPECT_THAT(result.error().message, HasSubstr("Permission denied"));
}

TEST_F(ProcessRun, SaysThatTheInterpreterOfAScriptIsMissing) {
  const auto path = std::filesystem::temp_directory_path() / ("no-interpreter-" + mark_);
  std::ofstream(path) << "#!/nonexistent/interpreter\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  ports::ProcessSpec spec;
  spec.program = path;
  const auto result = run(spec);
  std::filesystem::remove(path);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::plugin_failed);
  EXPECT_THAT(result.error().message, HasSubstr("interpreter"));
}

TEST_F(ProcessRun, PassesArgumentsByteForByte) {
  const std::vector<std::string> odd = {"",     " ",        "a b",    "\"quoted\"",
                                        "it's", "$HOME",    "*",      "\\n\n\t;",
                                        "--",   "\xff\xfe", "ümlaut", std::string(100'000, 'l')};
  auto arguments = odd;
  arguments.insert(arguments.begin(), "dump-args");
  const auto outcome = outcome_of(misbehave(arguments));
  auto expected = arguments;
  expected.insert(expected.begin(), MISBEHAVE_PATH);  // plug-ins find out who they are from argv[0]
  EXPECT_EQ(nul_separated(outcome.output), expected);
}

TEST_F(ProcessRun, AddsToAndReplacesTheInheritedEnvironment) {
  ::setenv("PSCHEDULER_TEST_INHERITED", "before", 1);
  ::setenv("PSCHEDULER_TEST_REPLACED", "before", 1);
  adapters::PosixProcesses processes({SHEPHERD_PATH});
  auto spec = misbehave({"dump-env"});
  spec.environment.emplace_back("PSCHEDULER_TEST_REPLACED", "after=\n\xff");
  spec.environment.emplace_back("PSCHEDULER_TEST_EMPTY", "");
  std::string output;
  on_loop([&]() -> ports::Async<void> {
    auto result = co_await processes.run(spec);
    output = result.value().output;
  });
  const auto environment = nul_separated(output);
  EXPECT_THAT(environment, ::testing::Contains("PSCHEDULER_TEST_INHERITED=before"));
  EXPECT_THAT(environment, ::testing::Contains("PSCHEDULER_TEST_REPLACED=after=\n\xff"));
  EXPECT_THAT(environment, ::testing::Contains("PSCHEDULER_TEST_EMPTY="));
  EXPECT_THAT(environment, ::testing::Not(::testing::Contains("PSCHEDULER_TEST_REPLACED=before")));
}

TEST_F(ProcessRun, RefusesWhatNoProgramCanBeGiven) {
  const auto with_nul = run(misbehave({std::string("a\0b", 3)}));
  ASSERT_FALSE(with_nul);
  EXPECT_EQ(with_nul.error().code, Errc::invalid_argument);
  const auto too_long = run(misbehave({std::string(10'000'000, 'x')}));
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, Errc::too_large);
}

TEST_F(ProcessRun, CarriesTenMegabytesBothWays) {
  auto spec = misbehave({"copy"});
  for (int i = 0; spec.input.size() < 10'000'000; ++i) spec.input += std::to_string(i) + '\n';
  const auto expected = spec.input;
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_TRUE(outcome.output == expected) << outcome.output.size() << " bytes";
}

TEST_F(ProcessRun, ToleratesAProgramThatDoesNotReadItsInput) {
  auto spec = misbehave({"close-input"});
  spec.input.assign(10'000'000, 'i');
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.output, "closed");
}

TEST_F(ProcessRun, EndsAProgramAtTheOutputLimit) {
  auto spec = misbehave({"flood"});
  spec.output_bytes_max = 1'000'000;
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.end, ProcessEnd::output_too_large);
  EXPECT_EQ(outcome.output.size(), 1'000'000u);
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessRun, AcceptsOutputOfExactlyTheLimit) {
  auto spec = misbehave({"bytes", "300000"});
  spec.output_bytes_max = 300'000;
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.output.size(), 300'000u);
}

TEST_F(ProcessRun, DropsStderrBeyondItsLimitAndGoesOn) {
  auto spec = misbehave({"bytes-stderr", "5000000"});
  spec.errors_bytes_max = 1'000;
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.errors, std::string(1'000, 'b'));
}

TEST_F(ProcessRun, HandsOutputOverAsItArrives) {
  auto spec = misbehave({"bytes", "1000000"});
  std::size_t seen = 0;
  spec.on_output = [&seen](std::string_view piece) { seen += piece.size(); };
  const auto outcome = outcome_of(std::move(spec));
  EXPECT_EQ(seen, 1'000'000u);
  EXPECT_THAT(outcome.output, IsEmpty());
}

TEST_F(ProcessRun, StartsInTheWorkingDirectory) {
  ports::ProcessSpec spec;
  spec.program = "/bin/pwd";
  spec.working_directory = "/usr";
  EXPECT_EQ(outcome_of(spec).output, "/usr\n");
}

TEST_F(ProcessRun, GivesOnlyTheThreeStandardDescriptors) {
  const int inheritable = dup(STDERR_FILENO);  // without O_CLOEXEC
  EXPECT_EQ(outcome_of(misbehave({"dump-descriptors"})).output, "0 1 2 ");
  close(inheritable);
}

TEST_F(ProcessRun, ResetsIgnoredAndBlockedSignals) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &blocked, &before);
  ports::ProcessSpec spec;
  spec.program = "/bin/grep";
  spec.arguments = {"-E", "^Sig(Blk|Ign):", "/proc/self/status"};
  const auto outcome = outcome_of(spec);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(outcome.output, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_F(ProcessRun, IsUnavailableWhenDescriptorsAreExhausted) {
  run(misbehave({"exit", "0"}));  // whatever the loop opens is open
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  std::vector<int> filler;
  for (int copy; filler.size() < limit.rlim_cur && (copy = dup(0)) >= 0;) filler.push_back(copy);
  // From no descriptor free to almost enough: each stage of a start fails cleanly.
  for (int free = 0; free < 9; ++free) {
    const auto result = run(misbehave({"exit", "0"}));
    ASSERT_FALSE(result) << free;
    EXPECT_EQ(result.error().code, Errc::unavailable) << result.error().message;
    close(filler.back());
    filler.pop_back();
  }
  for (const int copy : filler) close(copy);
  EXPECT_TRUE(run(misbehave({"exit", "0"})));
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(ProcessRun, LeaksNoDescriptor) {
  const auto count = [] { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); };
  outcome_of(misbehave({"exit", "0"}));
  const auto before = count();
  for (int i = 0; i < 200; ++i) outcome_of(misbehave({i % 2 == 0 ? "copy" : "leave-session"}));
  EXPECT_EQ(count(), before);
}

TEST_F(ProcessRun, SaysWhenTheShepherdIsNotInstalled) {
  adapters::PosixProcesses processes({"/nonexistent/shepherd"});
  on_loop([&]() -> ports::Async<void> {
    auto spec = misbehave({"exit", "0"});
    const auto result = co_await processes.run(std::move(spec));
    EXPECT_FALSE(result);
    EXPECT_THAT(result.error().message, HasSubstr("/nonexistent/shepherd"));
  });
}

}  // namespace
}  // namespace pscheduler::test
