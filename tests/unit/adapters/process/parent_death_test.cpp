// The daemon is killed: nothing that it started survives it.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <filesystem>
#include <string>

#include "process_fixture.hpp"

namespace pscheduler::test {
namespace {

constexpr int kPatienceMs = 20'000;  // less than the program lives by itself

// The process that will be killed: runs one program that holds `fifo` in several sessions, for ever.
int run_as_parent(const char* fifo) {
  boost::asio::io_context loop(1);
  adapters::PosixProcesses processes({SHEPHERD_PATH});
  ports::ProcessSpec spec;
  spec.program = MISBEHAVE_PATH;
  spec.arguments = {"hold-fifo", fifo};
  boost::asio::co_spawn(loop, processes.run(std::move(spec)),
                        [](std::exception_ptr, Result<ports::ProcessOutcome>) {});
  loop.run();
  return 0;
}

bool readable(int descriptor) {
  pollfd watched{descriptor, POLLIN, 0};
  return ::poll(&watched, 1, kPatienceMs) == 1;
}

TEST(ParentDeath, EndsEveryDescendant) {
  const auto fifo = (std::filesystem::temp_directory_path() / ("parent-death-" + std::to_string(getpid())));
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const int holders = ::open(fifo.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(holders, 0);

  std::string self = "/proc/self/exe";
  std::string mode = "--as-parent";
  std::string path = fifo.string();
  char* arguments[] = {self.data(), mode.data(), path.data(), nullptr};
  pid_t parent = 0;
  ASSERT_EQ(::posix_spawn(&parent, self.c_str(), nullptr, nullptr, arguments, environ), 0);

  // It says through the FIFO that all its children are there.
  char byte = 0;
  EXPECT_TRUE(readable(holders));
  EXPECT_EQ(::read(holders, &byte, 1), 1);
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);

  // End of file: the last holder is gone.
  EXPECT_TRUE(readable(holders));
  EXPECT_EQ(::read(holders, &byte, 1), 0);
  ::close(holders);
  std::filesystem::remove(fifo);
}

}  // namespace
}  // namespace pscheduler::test

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--as-parent") return pscheduler::test::run_as_parent(argv[2]);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
