#pragma once
// What has to be sent to a terminal so that it shows certain lines: only those that have changed, since the
// way there may be slow.

#include <string>
#include <vector>

#include "cli/screen.hpp"

namespace pscheduler::cli {

class Painter {
 public:
  // Escape sequences and text. Begins with clearing the screen at first and when its size has changed.
  std::string paint(const std::vector<ScreenLine>& lines, ScreenSize size);

 private:
  ScreenSize size_{0, 0};
  std::vector<ScreenLine> shown_;
};

}  // namespace pscheduler::cli
