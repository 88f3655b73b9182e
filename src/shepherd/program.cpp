#include "shepherd/program.hpp"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pscheduler::shepherd {
namespace {

constexpr int kFixedArguments = 7;  // our own name up to PROGRAM

bool read_number(const char* text, int64_t& value) {
  char* end = nullptr;
  errno = 0;
  value = strtoll(text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && value >= 0;
}

using Resource = decltype(RLIMIT_NOFILE);  // an enumeration or int, as the C library has it

bool lower_limit(Resource resource, int64_t value) {
  if (value == 0) return true;
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return false;
  const auto wanted = static_cast<rlim_t>(value);
  if (limit.rlim_max == RLIM_INFINITY || wanted < limit.rlim_max) limit.rlim_max = wanted;
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(resource, &limit) == 0;
}

// Runs in the child, which shares our memory until it executes the program; returns only when that failed.
Step become_program(const Request& request) {
  // A program that kills its shepherd goes with it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (setsid() < 0) return Step::session;
  if (!lower_limit(RLIMIT_NOFILE, request.open_files_max)) return Step::limits;
  if (!lower_limit(RLIMIT_FSIZE, request.file_bytes_max)) return Step::limits;
  if (chdir(request.directory) != 0) return Step::directory;
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execv(request.arguments[0], request.arguments);
  return Step::execute;
}

}  // namespace

bool read_request(int argc, char** argv, Request& request) {
  if (argc < kFixedArguments) return false;
  request.directory = argv[5];
  request.arguments = argv + kFixedArguments - 1;
  return read_number(argv[1], request.grace_us) && read_number(argv[2], request.limit_us) &&
         read_number(argv[3], request.open_files_max) && read_number(argv[4], request.file_bytes_max);
}

Start start_program(const Request& request) {
  // Written by the child in our memory.
  static volatile Step failed_step = Step::none;
  static volatile int failed_errno = 0;
  const pid_t pid = vfork();
  if (pid < 0) return {0, Step::fork, errno};
  if (pid == 0) {
    failed_step = become_program(request);
    failed_errno = errno;
    _exit(127);
  }
  if (failed_step == Step::none) return {pid, Step::none, 0};
  waitpid(pid, nullptr, 0);
  return {0, failed_step, failed_errno};
}

}  // namespace pscheduler::shepherd
