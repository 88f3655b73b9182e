#pragma once
// The real environment: this process, its terminal, clock and system log.

#include <optional>

#include "cli/context.hpp"
#include "cli/program/name_lookup.hpp"

namespace pscheduler::cli {

class SystemEnvironment final : public Environment {
 public:
  explicit SystemEnvironment(NameLookup& names) : names_(names) {}

  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override;
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Duration steady() const override;
  void sleep_for(Duration length) override;
  [[nodiscard]] std::string host_name() const override;
  [[nodiscard]] std::size_t text_width() const override;
  [[nodiscard]] bool stdout_is_terminal() const override;
  [[nodiscard]] std::vector<std::string> addresses_of(const std::string& name) const override;
  [[nodiscard]] bool shows_progress() const override;
  void show_progress(const std::string& line) override;
  Result<std::unique_ptr<Screen>> open_screen() override;
  void keep_interruptions() override;
  [[nodiscard]] int interruption() const override;
  void enable_debug(DebugTo where) override;
  void debug(const std::string& line) override;

 private:
  NameLookup& names_;
  std::optional<DebugTo> debug_to_;
  bool progress_shown_ = false;
};

}  // namespace pscheduler::cli
