#pragma once
// The log on stderr, one line per message, for journald, a terminal or a file:
//   2026-11-21T23:00:00.123Z WARNING RUN_MISSED "A run was not started in time" run=7d1f… late="3 s"
// A value that is a secret by its name is shown as ***; so are private members of JSON and keys in URLs.
// Lines are bounded and hold no control characters, whatever was logged. Any thread may write.

#include <memory>

#include "pscheduler/ports/log.hpp"

namespace pscheduler::adapters {

class StderrLog final : public ports::Log {
 public:
  explicit StderrLog(ports::Level lowest = ports::Level::info);
  ~StderrLog() override;
  StderrLog(const StderrLog&) = delete;
  StderrLog& operator=(const StderrLog&) = delete;

  void write(const ports::Message& message, std::initializer_list<ports::Field> fields) override;

  // Debug lines on, or back to the lowest level it was made or set with.
  void set_debug(bool on) override;
  [[nodiscard]] bool debug() const override;

  // Lines below this level are dropped.
  void set_lowest(ports::Level lowest);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pscheduler::adapters
