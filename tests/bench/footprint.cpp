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

double pss_mb(int pid) {
  constexpr double kKibPerMb = 1024;
  double sum = 0;
  std::ifstream rollup(folder(pid) + "/smaps_rollup");
  for (std::string line; std::getline(rollup, line);) {
    constexpr std::string_view kName = "Pss:";
    if (line.starts_with(kName)) sum += std::stod(line.substr(kName.size())) / kKibPerMb;
  }
  return sum;
}

double pss_below_mb(int pid) {
  double sum = 0;
  for (const int child : children(pid)) sum += pss_mb(child) + pss_below_mb(child);
  return sum;
}

}  // namespace

Footprint footprint(int pid) {
  const double process = pss_mb(pid);
  return {process, process + pss_below_mb(pid)};
}

FootprintWatch::FootprintWatch(int pid)
    : watching_([this, pid] {
        do {
          const Footprint now = footprint(pid);
          peak_ = {std::max(peak_.process, now.process), std::max(peak_.all, now.all)};
          std::this_thread::sleep_for(kLookAgain);
        } while (!ending_);
      }) {}

FootprintWatch::~FootprintWatch() {
  ending_ = true;
  if (watching_.joinable()) watching_.join();
}

Footprint FootprintWatch::peak() {
  ending_ = true;
  watching_.join();
  return peak_;
}

}  // namespace pscheduler::bench
