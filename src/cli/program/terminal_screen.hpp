#pragma once
// The terminal of this process as a screen, by the escape sequences (ECMA-48) all terminals of today share.

#include <memory>
#include <string>

#include "cli/monitor/keys.hpp"
#include "cli/monitor/painter.hpp"
#include "cli/screen.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// At most one at a time. The terminal is as it was before when this is destroyed, or a signal ends the
// program.
class TerminalScreen final : public Screen {
 public:
  // `type` is the value of TERM.
  static Result<std::unique_ptr<Screen>> open(const std::string& type);
  ~TerminalScreen() override;
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  [[nodiscard]] ScreenSize size() const override;
  void show(const std::vector<ScreenLine>& lines) override;
  Key next_key(Duration limit) override;

 private:
  TerminalScreen() = default;

  Painter painter_;
  KeyReader keys_;
};

}  // namespace pscheduler::cli
