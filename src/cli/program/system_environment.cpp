#include "cli/program/system_environment.hpp"

#include <sys/ioctl.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <thread>

#include "cli/program/interface_addresses.hpp"
#include "cli/program/signals.hpp"
#include "cli/program/terminal_screen.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kWidthWithoutTerminal = 80;
constexpr std::string_view kEraseToEnd = "\x1b[K";  // ECMA-48, as all terminals of today have it
constexpr std::string_view kErase = "\r\x1b[K";

// May be called by a signal handler.
void erase_progress() {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kErase.data(), kErase.size());
}

constexpr std::size_t kWidthLeast = 20;  // narrower terminals are wrapped by themselves

}  // namespace

std::optional<std::string> SystemEnvironment::variable(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Instant SystemEnvironment::now() const {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Duration SystemEnvironment::steady() const {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

void SystemEnvironment::sleep_for(Duration length) {
  std::this_thread::sleep_for(length);
}

std::string SystemEnvironment::host_name() const {
  return own_name(names_);
}

std::size_t SystemEnvironment::text_width() const {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return kWidthWithoutTerminal;
  return size.ws_col < kWidthLeast ? kWidthWithoutTerminal : size.ws_col;
}

bool SystemEnvironment::stdout_is_terminal() const {
  return isatty(STDOUT_FILENO) != 0;
}

std::vector<std::string> SystemEnvironment::addresses_of(const std::string& name) const {
  return names_.addresses(name);
}

bool SystemEnvironment::shows_progress() const {
  const auto type = variable("TERM").value_or("");
  return isatty(STDERR_FILENO) != 0 && !type.empty() && type != "dumb";
}

void SystemEnvironment::show_progress(const std::string& line) {
  if (line.empty() && !progress_shown_) return;
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  // A line that reached the last column would go on in the next one and could not be erased.
  const std::size_t columns = known ? size.ws_col - 1U : kWidthWithoutTerminal - 1;
  progress_shown_ = !line.empty();
  set_farewell(progress_shown_ ? erase_progress : nullptr);
  std::cout.flush();
  std::cerr << '\r' << trim_end(fit(line, columns)) << kEraseToEnd << std::flush;
}

Result<std::unique_ptr<Screen>> SystemEnvironment::open_screen() {
  std::cout.flush();
  return TerminalScreen::open(variable("TERM").value_or(""));
}

void SystemEnvironment::keep_interruptions() {
  remember_signals();
}

int SystemEnvironment::interruption() const {
  return remembered_signal();
}

void SystemEnvironment::enable_debug(DebugTo where) {
  debug_to_ = where;
}

void SystemEnvironment::debug(const std::string& line) {
  const auto asked = debug_by_signal();
  if (asked == DebugBySignal::off) return;
  if (!debug_to_ && asked == DebugBySignal::not_asked) return;
  openlog("pscheduler", LOG_PID, LOG_LOCAL4);
  syslog(LOG_DEBUG, "%s", line.c_str());
  if (debug_to_ != DebugTo::system_log_and_stderr) return;
  show_progress("");
  const auto time = format_timestamp_z(now());
  for (const auto piece : split(trim_end(line), '\n')) {
    std::cerr << time.substr(0, time.size() - 1) << ' ' << excerpt(piece, piece.size()) << '\n';
  }
}

}  // namespace pscheduler::cli
