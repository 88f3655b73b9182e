// The program the tests run: each mode does one thing that real plug-ins have been seen to do.
//   misbehave MODE [ARGUMENT...]

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

namespace {

// No mode outlives a broken test by more than this.
constexpr unsigned kLifeSecondsMax = 60;
// What a fork loop may have alive at once, and in all.
constexpr int kForkTreeDepth = 7;
constexpr long kForkChainMax = 1'000'000;

[[noreturn]] void hang() {
  for (;;) pause();
}

void say(std::string_view text) {
  if (write(STDOUT_FILENO, text.data(), text.size()) < 0) _exit(99);
}

[[noreturn]] void flood(int descriptor) {
  const std::string line(4096, 'x');
  for (;;) {
    if (write(descriptor, line.data(), line.size()) < 0) _exit(98);
  }
}

int copy_input() {
  char buffer[65536];
  for (ssize_t count; (count = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;) {
    say({buffer, static_cast<size_t>(count)});
  }
  return 0;
}

int print_bytes(long count) {
  const std::string piece(65536, 'b');
  for (; count > 0; count -= static_cast<long>(piece.size())) {
    say(std::string_view(piece).substr(0, static_cast<size_t>(count)));
  }
  return 0;
}

// A child in a session of its own that keeps all descriptors, and an end of the parent.
int leave_child_in_own_session() {
  if (fork() == 0) {
    setsid();
    alarm(kLifeSecondsMax);
    hang();
  }
  say("left");
  return 0;
}

int leave_daemon() {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) {
      alarm(kLifeSecondsMax);
      signal(SIGTERM, SIG_IGN);
      hang();
    }
    _exit(0);
  }
  wait(nullptr);
  say("left");
  return 0;
}

// Each process lives just long enough to make its successor, in another session.
int fork_chain() {
  say("chain");
  for (long i = 0; i < kForkChainMax; ++i) {
    if (fork() != 0) _exit(0);
    setsid();
  }
  return 0;
}

// Up to 2^depth processes, each in a session of its own, that make new ones as long as they live.
int fork_tree() {
  say("tree");
  for (int depth = 0; depth < kForkTreeDepth; ++depth) {
    if (fork() == 0) setsid();
  }
  alarm(kLifeSecondsMax);
  for (;;) {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0) waitpid(child, nullptr, 0);
  }
}

int kill_parent(int signal_number) {
  const pid_t shepherd = getppid();
  leave_child_in_own_session();
  kill(shepherd, signal_number);
  alarm(kLifeSecondsMax);
  hang();
}

// Holds a FIFO open so that its reader sees when the last holder is gone; then leaves children everywhere.
int hold_fifo(const char* path) {
  const int fifo = open(path, O_WRONLY);
  if (fifo < 0) return 97;
  leave_daemon();
  leave_child_in_own_session();
  if (write(fifo, "1", 1) != 1) return 95;
  signal(SIGTERM, SIG_IGN);
  alarm(kLifeSecondsMax);
  hang();
}

// Echoes lines until the end of input; "exit" ends it, "silence" gives no answer, "stop" ends reading.
int converse() {
  std::fputs("ready on stderr", stderr);
  char line[65536];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    if (std::strcmp(line, "exit\n") == 0) return 3;
    if (std::strcmp(line, "silence\n") == 0) continue;
    if (std::strcmp(line, "stop\n") == 0) hang();
    std::fputs(line, stdout);
    std::fflush(stdout);
  }
  std::fputs("bye\n", stdout);
  return 0;
}

int dump_descriptors() {
  for (int number = 0; number < 1024; ++number) {
    if (fcntl(number, F_GETFD) >= 0) say(std::to_string(number) + " ");
  }
  return 0;
}

void dump(char** texts) {
  for (; *texts != nullptr; ++texts) say(std::string_view(*texts, std::strlen(*texts) + 1));
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const char* argument = argc > 2 ? argv[2] : "";
  if (mode == "dump-args") return dump(argv), 0;
  if (mode == "dump-env") return dump(environ), 0;
  if (mode == "dump-descriptors") return dump_descriptors();
  if (mode == "exit") return std::atoi(argument);
  if (mode == "die") return raise(std::atoi(argument));
  if (mode == "copy") return copy_input();
  if (mode == "bytes") return print_bytes(std::atol(argument));
  if (mode == "bytes-stderr") return dup2(STDERR_FILENO, STDOUT_FILENO), print_bytes(std::atol(argument));
  if (mode == "kill-parent") return kill_parent(SIGKILL);
  if (mode == "stop-parent") return kill_parent(SIGSTOP);
  if (mode == "hold-fifo") return hold_fifo(argument);
  if (mode == "leave-session") return leave_child_in_own_session();
  if (mode == "leave-daemon") return leave_daemon();
  if (mode == "fork-chain") return fork_chain();
  alarm(kLifeSecondsMax);
  if (mode == "fork-tree") return fork_tree();
  if (mode == "converse") return converse();
  if (mode == "close-input") return close(STDIN_FILENO), say("closed"), 0;
  if (mode == "close-output") return say("before"), close(STDOUT_FILENO), hang(), 0;
  if (mode == "flood") flood(STDOUT_FILENO);
  if (mode == "partial") return say("{\"half\":"), hang(), 0;
  if (mode == "ignore-term") return signal(SIGTERM, SIG_IGN), say("deaf"), hang(), 0;
  if (mode == "hang") hang();
  return 96;
}
