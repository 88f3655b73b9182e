#pragma once
// What a process and all below it have of the memory.

#include <atomic>
#include <thread>

namespace pscheduler::bench {

// Proportional set sizes in MB.
struct Footprint {
  double process = 0;
  double all = 0;  // with what is below it
};
Footprint footprint(int pid);

// Looks again and again, from its construction to peak().
class FootprintWatch {
 public:
  explicit FootprintWatch(int pid);
  ~FootprintWatch();
  FootprintWatch(const FootprintWatch&) = delete;
  FootprintWatch& operator=(const FootprintWatch&) = delete;

  // The most that there was of each.
  Footprint peak();

 private:
  std::atomic<bool> ending_ = false;
  Footprint peak_;
  std::thread watching_;
};

}  // namespace pscheduler::bench
