#include "shepherd/descendants.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace pscheduler::shepherd {
namespace {

// The kernel's bound on process ids (PID_MAX_LIMIT).
constexpr pid_t kPidMax = 1 << 22;
constexpr size_t kPidDigitsMax = 7;

// The process ids found below us. Untouched pages of the table cost nothing.
class PidSet {
 public:
  bool contains(pid_t pid) const { return in_range(pid) && (words_[pid / 64] >> (pid % 64) & 1) != 0; }
  void insert(pid_t pid) {
    if (!in_range(pid)) return;
    words_[pid / 64] |= uint64_t{1} << (pid % 64);
    if (pid > highest_) highest_ = pid;
  }
  void clear() {
    memset(words_, 0, static_cast<size_t>(highest_ / 64 + 1) * sizeof words_[0]);
    highest_ = 0;
  }

 private:
  static bool in_range(pid_t pid) { return pid > 0 && pid < kPidMax; }
  uint64_t words_[kPidMax / 64];
  pid_t highest_;
};

PidSet found;

// The parent from /proc/PID/stat: "pid (comm) state ppid …"; comm may hold blanks and brackets.
pid_t parent_of(const char* pid) {
  char path[32];
  char text[512];
  if (strlen(pid) > kPidDigitsMax) return 0;
  stpcpy(stpcpy(stpcpy(path, "/proc/"), pid), "/stat");
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  text[length > 0 ? length : 0] = '\0';
  const char* after_name = strrchr(text, ')');
  if (after_name == nullptr || strlen(after_name) < 4) return 0;
  return static_cast<pid_t>(strtol(after_name + 4, nullptr, 10));
}

// Calls visit(pid, parent) for each process. The directory is read in small pieces: what a piece names is
// still alive when it is looked at, also while processes come and go quickly.
template <class Visit>
void each_process(Visit visit) {
  const int directory = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return;
  alignas(dirent64) char piece[1024];
  for (long length = 0; (length = syscall(SYS_getdents64, directory, piece, sizeof piece)) > 0;) {
    for (long at = 0; at < length;) {
      const auto* entry = reinterpret_cast<const dirent64*>(piece + at);
      at += entry->d_reclen;
      const auto pid = static_cast<pid_t>(strtol(entry->d_name, nullptr, 10));
      if (pid > 0) visit(pid, parent_of(entry->d_name));
    }
  }
  close(directory);
}

void send_signal(pid_t pid, int signal_number) {
  const pid_t group = getpgid(pid);
  if (signal_number == SIGKILL && group > 0 && group != getpgrp()) kill(-group, SIGKILL);
  kill(pid, signal_number);
  if (signal_number != SIGKILL) kill(pid, SIGCONT);  // what is stopped does not act on it
}

}  // namespace

void signal_descendants(int signal_number) {
  found.clear();  // ids are used again
  found.insert(getpid());
  each_process([&](pid_t pid, pid_t parent) {
    if (found.contains(pid) || !found.contains(parent)) return;
    found.insert(pid);
    send_signal(pid, signal_number);
  });
}

}  // namespace pscheduler::shepherd
