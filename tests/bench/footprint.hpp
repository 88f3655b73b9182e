#pragma once
// What a process and all below it have of the memory.

#include <atomic>
#include <thread>

namespace pscheduler::bench {

// Proportional set size in MB.
double pss_mb(int pid);

// Looks again and again, from its construction to peak_mb().
class FootprintWatch {
 public:
  explicit FootprintWatch(int pid);
  ~FootprintWatch();
  FootprintWatch(const FootprintWatch&) = delete;
  FootprintWatch& operator=(const FootprintWatch&) = delete;

  double peak_mb();

 private:
  std::atomic<bool> ending_ = false;
  double peak_mb_ = 0;
  std::thread watching_;
};

}  // namespace pscheduler::bench
