#include "footprint.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace pscheduler::bench {
namespace {

// The kernel takes about a millisecond to add up the pages of a process.
constexpr auto kLookAgain = std::chrono::milliseconds(200);

std::string folder(int pid) {
  return "/proc/" + std::to_string(pid);
}

std::vector<int> children(int pid) {
  std::vector<int> found;
  std::error_code gone;
  for (std::filesystem::directory_iterator task(folder(pid) + "/task", gone), end; !gone && task != end;
       task.increment(gone)) {
    std::ifstream list(task->path() / "children");
    for (int child = 0; list >> child;) found.push_back(child);
  }
  return found;
}

long pss_kib(int pid) {
  long sum = 0;
  std::ifstream rollup(folder(pid) + "/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    constexpr std::string_view kName = "Pss:";
    if (line.starts_with(kName)) sum += std::stol(line.substr(kName.size()));
  }
  for (const int child : children(pid)) sum += pss_kib(child);
  return sum;
}

}  // namespace

double pss_mb(int pid) {
  constexpr double kKibPerMb = 1024;
  return static_cast<double>(pss_kib(pid)) / kKibPerMb;
}

FootprintWatch::FootprintWatch(int pid)
    : watching_([this, pid] {
        do {
          peak_mb_ = std::max(peak_mb_, pss_mb(pid));
          std::this_thread::sleep_for(kLookAgain);
        } while (!ending_);
      }) {}

FootprintWatch::~FootprintWatch() {
  ending_ = true;
  if (watching_.joinable()) watching_.join();
}

double FootprintWatch::peak_mb() {
  ending_ = true;
  watching_.join();
  return peak_mb_;
}

}  // namespace pscheduler::bench
