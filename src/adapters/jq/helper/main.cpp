// pscheduler-jq-helper: runs jq programs for pschedulerd, so that one that never ends, takes all memory or
// crashes jq takes down this process and nothing else. See ../protocol.hpp for what it reads and writes.

#include <getopt.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "adapters/jq/helper/answer.hpp"
#include "adapters/jq/protocol.hpp"
#include "pscheduler/adapters/jq/engine.hpp"

namespace {

using namespace pscheduler::adapters;

constexpr int kUsage = 2;

struct Options {
  JqEngineOptions engine;
  rlim_t memory_bytes = 0;  // 0: no limit
  rlim_t cpu_seconds = 0;   // for each request; 0: no limit
};

bool parse_options(int argc, char** argv, Options& options) {
  static constexpr std::array<option, 4> kLong = {option{"modules", required_argument, nullptr, 'm'},
                                                  option{"memory-bytes", required_argument, nullptr, 'b'},
                                                  option{"cpu-seconds", required_argument, nullptr, 'c'},
                                                  option{nullptr, 0, nullptr, 0}};
  for (int found = 0; (found = getopt_long(argc, argv, "", kLong.data(), nullptr)) != -1;) {
    switch (found) {
      case 'm':
        options.engine.module_paths.emplace_back(optarg);
        break;
      case 'b':
        options.memory_bytes = std::strtoull(optarg, nullptr, 10);
        break;
      case 'c':
        options.cpu_seconds = std::strtoull(optarg, nullptr, 10);
        break;
      default:
        return false;
    }
  }
  return optind == argc;
}

void limit(__rlimit_resource resource, rlim_t amount) {
  rlimit now{};
  if (getrlimit(resource, &now) != 0) return;
  now.rlim_cur = now.rlim_max == RLIM_INFINITY ? amount : std::min(amount, now.rlim_max);
  setrlimit(resource, &now);
}

// The processor time used so far does not count toward the next request.
void limit_cpu_of_next_request(rlim_t seconds) {
  rusage used{};
  if (seconds == 0 || getrusage(RUSAGE_SELF, &used) != 0) return;
  limit(RLIMIT_CPU, static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + 1 + seconds);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kCanLimitMemory = false;  // the sanitizers' shadow takes all address space
#else
constexpr bool kCanLimitMemory = true;
#endif

void limit_resources(const Options& options) {
  limit(RLIMIT_CORE, 0);
  if (kCanLimitMemory && options.memory_bytes != 0) limit(RLIMIT_AS, options.memory_bytes);
}

bool write_all(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = write(STDOUT_FILENO, text.data() + at, text.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += static_cast<std::size_t>(written);
  }
  return true;
}

// Answers requests until there are no more.
int serve(const Options& options) {
  JqEngine engine(options.engine);
  std::string pending;
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return EXIT_SUCCESS;
    std::size_t searched = pending.size();
    pending.append(piece.data(), static_cast<std::size_t>(count));
    for (auto end = pending.find('\n', searched); end != std::string::npos; end = pending.find('\n')) {
      limit_cpu_of_next_request(options.cpu_seconds);
      const auto reply = jq::answer(engine, std::string_view(pending).substr(0, end));
      if (!reply || !write_all(*reply)) return EXIT_FAILURE;
      pending.erase(0, end + 1);
    }
    if (pending.size() > jq::kMessageBytesMax) return EXIT_FAILURE;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (!parse_options(argc, argv, options)) {
    std::fputs("pscheduler-jq-helper is started by pschedulerd and has no use by hand.\n", stderr);
    return kUsage;
  }
  options.engine.output_bytes_max = jq::kHelperOutputBytesMax;
  clearenv();  // so that no program sees it, and libjq no ~/.jq
  limit_resources(options);
  return serve(options);
}
