// pscheduler-shepherd: runs one program and leaves nothing behind. See protocol.hpp for how it is called.
//
// It is started for every plug-in call, so it is static, has no C++ runtime and makes few system calls.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shepherd/descendants.hpp"
#include "shepherd/program.hpp"
#include "shepherd/protocol.hpp"

namespace pscheduler::shepherd {
namespace {

// A walk through /proc that ended nobody new is repeated after this time at the latest.
constexpr int64_t kKillRoundUs = 2'000;
constexpr int64_t kForever = INT64_MAX;

int64_t now_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

int64_t smaller(int64_t a, int64_t b) {
  return a < b ? a : b;
}

enum class Event { child, terminate, kill, daemon_gone, timeout };

class Shepherd {
 public:
  explicit Shepherd(const Request& request) : request_(request) {}

  Report run() {
    if (!prepare()) return failed_to_start({0, Step::prepare, errno});
    const Start start = start_program(request_);
    if (start.pid == 0) return failed_to_start(start);
    program_ = start.pid;
    send(control_, &kStarted, sizeof kStarted, MSG_NOSIGNAL);
    watch();
    kill_the_rest();
    return report_;
  }

 private:
  bool prepare() {
    syscall(SYS_close_range, kControlDescriptor + 1, ~0U, 0);
    fcntl(kControlDescriptor, F_SETFD, FD_CLOEXEC);
    reset_signal_dispositions();
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signals_ = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    return signals_ >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
  }

  // By the system call: the library refuses to touch the two signals that it uses, which posix_spawn() has
  // set to be ignored. All zero is the kernel's form of SIG_DFL without flags.
  static void reset_signal_dispositions() {
    static const unsigned long kDefault[4] = {};
    for (int number = 1; number < NSIG; ++number) {
      syscall(SYS_rt_sigaction, number, kDefault, nullptr, (NSIG - 1) / 8);
    }
  }

  Report failed_to_start(const Start& start) {
    report_.step = start.step;
    report_.status = start.error;
    return report_;
  }

  // Until the program has ended, by itself or by us.
  void watch() {
    const int64_t deadline = request_.limit_us > 0 ? now_us() + request_.limit_us : kForever;
    reap();
    while (program_running_) {
      switch (wait_event(deadline)) {
        case Event::child:
          reap();
          break;
        case Event::timeout:
          return terminate(Cause::deadline, request_.grace_us);
        case Event::terminate:
          return terminate(Cause::ordered, request_.grace_us);
        case Event::kill:
          return terminate(Cause::ordered, 0);
        case Event::daemon_gone:
          return terminate(Cause::abandoned, abandoned_grace_us());
      }
    }
  }

  // SIGTERM to everybody, and time for the program to end.
  void terminate(Cause cause, int64_t grace_us) {
    report_.cause = cause;
    if (grace_us <= 0) return;
    signal_descendants(SIGTERM);
    int64_t until = now_us() + grace_us;
    while (program_running_) {
      switch (wait_event(until)) {
        case Event::child:
          reap();
          break;
        case Event::terminate:
          break;
        case Event::daemon_gone:
          until = smaller(until, now_us() + abandoned_grace_us());
          break;
        case Event::timeout:
        case Event::kill:
          return;
      }
    }
  }

  int64_t abandoned_grace_us() const { return smaller(request_.grace_us, kAbandonedGraceUsMax); }

  // SIGKILL in rounds until there is no child left.
  void kill_the_rest() {
    ending_ = true;
    const int64_t until = now_us() + kEndingUsMax;
    while (reap() && now_us() < until) {
      signal_descendants(SIGKILL);
      pollfd signals{signals_, POLLIN, 0};
      const timespec round{0, kKillRoundUs * 1'000};
      ppoll(&signals, 1, &round, nullptr);
    }
    report_.everybody_ended = !children_left_;
  }

  // Takes the ended children; false when there are none left, ended or not.
  bool reap() {
    signalfd_siginfo information;
    while (read(signals_, &information, sizeof information) > 0) {
    }
    for (;;) {
      int status = 0;
      const pid_t pid = waitpid(-1, &status, WNOHANG);
      if (pid == program_) {
        note_end(status);
      } else if (pid > 0 && ending_) {
        ++report_.descendants_ended;
      }
      if (pid <= 0) return children_left_ = pid == 0;
    }
  }

  void note_end(int status) {
    program_running_ = false;
    const bool signalled = WIFSIGNALED(status);
    report_.ending = signalled ? Ending::signalled : Ending::exited;
    report_.status = signalled ? WTERMSIG(status) : WEXITSTATUS(status);
  }

  Event wait_event(int64_t deadline) {
    pollfd watched[] = {{control_, POLLIN, 0}, {signals_, POLLIN, 0}};
    for (;;) {
      const int64_t now = now_us();
      if (now >= deadline) return Event::timeout;
      const int64_t left = deadline - now;
      const timespec wait{left / 1'000'000, left % 1'000'000 * 1'000};
      if (ppoll(watched, 2, deadline == kForever ? nullptr : &wait, nullptr) <= 0) continue;
      // Orders first: children may come and go without end.
      if (watched[0].revents != 0) return read_order();
      if (watched[1].revents != 0) return Event::child;
    }
  }

  Event read_order() {
    char order = 0;
    const ssize_t length = recv(kControlDescriptor, &order, 1, MSG_DONTWAIT);
    if (length == 1) return static_cast<Order>(order) == Order::kill ? Event::kill : Event::terminate;
    control_ = -1;  // the end of file would be reported for ever
    return Event::daemon_gone;
  }

  const Request& request_;
  int control_ = kControlDescriptor;
  int signals_ = -1;
  pid_t program_ = 0;
  bool program_running_ = true;
  bool children_left_ = true;
  bool ending_ = false;
  Report report_;
};

}  // namespace
}  // namespace pscheduler::shepherd

int main(int argc, char** argv) {
  using namespace pscheduler::shepherd;
  Request request{};
  if (!read_request(argc, argv, request)) {
    static constexpr char kUsage[] =
        "pscheduler-shepherd is started by pschedulerd and has no use by hand.\n";
    return write(STDERR_FILENO, kUsage, sizeof kUsage - 1) > 0 ? 2 : 1;
  }
  const Report report = Shepherd(request).run();
  send(kControlDescriptor, &report, sizeof report, MSG_NOSIGNAL);
  return 0;
}
