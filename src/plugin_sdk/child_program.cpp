#include "pscheduler/plugin_sdk/child_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"

namespace pscheduler::sdk {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kAgain = std::chrono::milliseconds(500);  // between one SIGKILL and the next
// The steady clock counts nanoseconds: a longer limit could not be added to it.
constexpr Duration kLongest = std::chrono::hours(24 * 365 * 100);
// How long the pipes may stay open after the program has ended, held by a child it left behind.
constexpr auto kDrainAfterExit = std::chrono::milliseconds(100);

// SIGTERM, SIGINT and SIGHUP as a descriptor while the program runs; the old mask afterwards.
class HeldSignals {
 public:
  HeldSignals() {
    sigemptyset(&held_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&held_, signal);
    sigprocmask(SIG_BLOCK, &held_, &before_);
    fd_ = Fd(signalfd(-1, &held_, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~HeldSignals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const sigset_t& mask_before() const { return before_; }

  // The signal that came, 0 for none.
  [[nodiscard]] int take() const {
    signalfd_siginfo info{};
    return read(fd_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)
               ? static_cast<int>(info.ssi_signo)
               : 0;
  }

 private:
  sigset_t held_{};
  sigset_t before_{};
  Fd fd_;
};

struct Pipes {
  Fd out_read, out_write, err_read, err_write, exec_read, exec_write;

  bool open() {
    return pair(out_read, out_write) && pair(err_read, err_write) && pair(exec_read, exec_write);
  }

 private:
  static bool pair(Fd& reading, Fd& writing) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    reading = Fd(ends[0]);
    writing = Fd(ends[1]);
    return true;
  }
};

// In the child: only async-signal-safe calls. Reports a failure of exec through the pipe.
[[noreturn]] void become_program(char* const* argv, const Pipes& pipes, const sigset_t& mask, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(pipes.out_write.get(), STDOUT_FILENO);
  dup2(pipes.err_write.get(), STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  execvp(argv[0], argv);
  const int error = errno;
  [[maybe_unused]] const auto written = write(pipes.exec_write.get(), &error, sizeof error);
  _exit(127);
}

ChildOutcome not_started(const std::string& program, int error) {
  ChildOutcome outcome{ChildEnd::not_started, 2, {}, {}, {}};
  outcome.trouble = fmt::format("Could not start {}: {}.", program, std::strerror(error));
  outcome.errors = outcome.trouble;
  return outcome;
}

// A program that runs, watched until it and its output have ended.
class Watch {
 public:
  Watch(pid_t pid, const ChildProgram& program, Pipes& pipes, const HeldSignals& signals)
      : pid_(pid),
        program_(program),
        pipes_(pipes),
        signals_(signals),
        deadline_(Clock::now() + std::min<Duration>(program.time_limit, kLongest)) {
    pidfd_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    for (const auto* fd : {&pipes_.out_read, &pipes_.err_read}) fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  }

  ChildOutcome watch() {
    while (!finished()) step();
    outcome_.output = with_lf(outcome_.output);
    outcome_.errors = with_lf(outcome_.errors);
    return outcome_;
  }

  // The signal that came for the tool itself while its program ran, 0 for none.
  [[nodiscard]] int signal() const { return signal_; }

 private:
  static std::string with_lf(const std::string& text) {
    std::string folded;
    folded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\r')
        folded += text[i];
      else if (i + 1 == text.size() || text[i + 1] != '\n')
        folded += '\n';
    }
    return folded;
  }

  [[nodiscard]] bool finished() const {
    if (!ended_at_) return false;
    const bool drained = !pipes_.out_read.valid() && !pipes_.err_read.valid();
    return drained || Clock::now() >= *ended_at_ + kDrainAfterExit;
  }

  [[nodiscard]] int timeout_ms() const {
    auto until = ended_at_ ? *ended_at_ + kDrainAfterExit : kill_at_ ? *kill_at_ : deadline_;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    constexpr decltype(left) kHour = 3'600'000;  // poll's argument is an int
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, kHour));
  }

  void step() {
    // poll() passes over negative descriptors.
    std::array<pollfd, 4> fds{pollfd{ended_at_ ? -1 : pidfd_.get(), POLLIN, 0},
                              pollfd{signals_.fd(), POLLIN, 0}, pollfd{pipes_.out_read.get(), POLLIN, 0},
                              pollfd{pipes_.err_read.get(), POLLIN, 0}};
    poll(fds.data(), fds.size(), timeout_ms());
    if (fds[2].revents != 0) drain(pipes_.out_read, outcome_.output);
    if (fds[3].revents != 0) {
      drain(pipes_.err_read, outcome_.errors);
      if (program_.objection) object(program_.objection(outcome_.errors));
    }
    if (fds[0].revents != 0) reap();
    if (fds[1].revents != 0 && signal_ == 0) {
      signal_ = signals_.take();
      if (signal_ != 0) end(ChildEnd::signalled, {});
    }
    if (ended_at_) return;
    if (kill_at_ && Clock::now() >= *kill_at_) {
      kill(-pid_, SIGKILL);
      kill_at_ = Clock::now() + kAgain;
    } else if (!kill_at_ && Clock::now() >= deadline_) {
      end(ChildEnd::timed_out,
          fmt::format("{} took longer than {} seconds and was ended.", program_.words.front(),
                      static_cast<double>(program_.time_limit.count()) / 1e6));
    }
  }

  // Asks the program to end; the first reason counts.
  void end(ChildEnd why, std::string trouble) {
    if (kill_at_ || ended_at_) return;
    ended_by_us_ = why;
    outcome_.trouble = std::move(trouble);
    kill(-pid_, SIGTERM);
    kill_at_ = Clock::now() + std::min<Duration>(program_.term_to_kill, kLongest);
  }

  void object(std::string why) {
    if (!why.empty()) end(ChildEnd::objected, std::move(why));
  }

  void drain(Fd& from, std::string& into) {
    std::array<char, 65536> piece{};
    const auto count = read(from.get(), piece.data(), piece.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (count <= 0) {
      from = Fd();
      return;
    }
    const auto room = program_.output_bytes_max - into.size();
    into.append(piece.data(), std::min(room, static_cast<std::size_t>(count)));
    if (static_cast<std::size_t>(count) <= room) return;
    end(ChildEnd::flooded, fmt::format("{} printed more than {} bytes and was ended.", program_.words.front(),
                                       program_.output_bytes_max));
  }

  void reap() {
    int status = 0;
    kill(-pid_, SIGKILL);  // what it leaves behind in its group, while its own number is still taken
    if (waitpid(pid_, &status, 0) != pid_) return;
    ended_at_ = Clock::now();
    if (ended_by_us_) {
      outcome_.end = *ended_by_us_;
      outcome_.status = 2;
    } else if (WIFSIGNALED(status)) {
      outcome_.end = ChildEnd::signalled;
      outcome_.status = WTERMSIG(status);
      outcome_.trouble = fmt::format("{} was ended by signal {} ({}).", program_.words.front(),
                                     outcome_.status, strsignal(outcome_.status));
    } else {
      outcome_.status = WEXITSTATUS(status);
    }
  }

  pid_t pid_;
  const ChildProgram& program_;
  Pipes& pipes_;
  const HeldSignals& signals_;
  Clock::time_point deadline_;
  Fd pidfd_;
  ChildOutcome outcome_;
  std::optional<Clock::time_point> ended_at_;
  std::optional<Clock::time_point> kill_at_;
  std::optional<ChildEnd> ended_by_us_;
  int signal_ = 0;
};

ChildOutcome start_and_watch(const ChildProgram& program, const HeldSignals& signals, int& signal_for_us) {
  std::vector<char*> argv;
  for (const auto& word : program.words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Pipes pipes;
  if (!pipes.open()) return not_started(program.words.front(), errno);
  const pid_t parent = getpid();
  constexpr int kTries = 10;  // the number 5.2 gives a machine that is briefly out of processes
  pid_t pid = -1;
  for (int i = 0; i < kTries && (pid = fork()) < 0 && errno == EAGAIN; ++i) {
  }
  if (pid < 0) return not_started(program.words.front(), errno);
  if (pid == 0) become_program(argv.data(), pipes, signals.mask_before(), parent);
  setpgid(pid, pid);  // also done by the child: whoever comes first
  pipes.out_write = Fd();
  pipes.err_write = Fd();
  pipes.exec_write = Fd();
  int error = 0;
  if (read(pipes.exec_read.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
    waitpid(pid, nullptr, 0);
    return not_started(program.words.front(), error);
  }
  Watch watch(pid, program, pipes, signals);
  auto outcome = watch.watch();
  signal_for_us = watch.signal();
  return outcome;
}

}  // namespace

ChildOutcome run_child(const ChildProgram& program) {
  int signal_for_us = 0;
  ChildOutcome outcome;
  {
    const HeldSignals signals;
    outcome = start_and_watch(program, signals, signal_for_us);
  }
  if (signal_for_us != 0) {
    signal(signal_for_us, SIG_DFL);
    raise(signal_for_us);
  }
  return outcome;
}

bool is_installed(const std::string& program) {
  const char* const path = std::getenv("PATH");
  if (path == nullptr) return false;
  return std::ranges::any_of(split(path, ':'), [&](std::string_view folder) {
    return access(fmt::format("{}/{}", folder, program).c_str(), X_OK) == 0;
  });
}

std::string command_text(const std::vector<std::string>& words) {
  std::vector<std::string> quoted;
  for (const auto& word : words) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=@%+,";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      quoted.push_back(word);
      continue;
    }
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    quoted.push_back(text + "'");
  }
  return join(quoted, " ");
}

}  // namespace pscheduler::sdk
