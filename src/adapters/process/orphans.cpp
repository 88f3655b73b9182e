#include "adapters/process/orphans.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "adapters/file_descriptor.hpp"

namespace pscheduler::adapters {
namespace {

struct Child {
  pid_t group = 0;
  pid_t session = 0;
};

// What /proc/PID/stat says of a child of ours: "pid (comm) state ppid pgrp session …".
std::optional<Child> as_child(const std::string& pid) {
  const FileDescriptor file(::open(("/proc/" + pid + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return std::nullopt;
  char buffer[512];
  const auto length = ::read(file.get(), buffer, sizeof buffer);
  if (length <= 0) return std::nullopt;
  const std::string text(buffer, static_cast<std::size_t>(length));
  const auto after_name = text.rfind(')');
  if (after_name == std::string::npos || after_name + 4 >= text.size()) return std::nullopt;
  char* at = nullptr;
  if (std::strtol(text.c_str() + after_name + 4, &at, 10) != ::getpid()) return std::nullopt;
  Child child;
  child.group = static_cast<pid_t>(std::strtol(at, &at, 10));
  child.session = static_cast<pid_t>(std::strtol(at, &at, 10));
  return child;
}

}  // namespace

OrphanSweep sweep_orphans() {
  OrphanSweep sweep;
  const pid_t session = ::getsid(0);
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
       at.increment(error)) {
    const auto name = at->path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ptr != name.data() + name.size())
      continue;
    const auto child = as_child(name);
    if (!child || child->session == session) continue;
    if (child->group > 1 && child->group != ::getpgrp()) ::kill(-child->group, SIGKILL);
    ::kill(pid, SIGKILL);
    if (::waitpid(pid, nullptr, WNOHANG) == pid) ++sweep.ended;
    sweep.left = true;
  }
  return sweep;
}

void adopt_orphans() {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
}

}  // namespace pscheduler::adapters
