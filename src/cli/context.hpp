#pragma once
// What a command works with: the servers, the user's terminal and the host it runs on.

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/screen.hpp"
#include "cli/server_connection.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

enum class DebugTo { system_log, system_log_and_stderr };

class Environment {
 public:
  virtual ~Environment() = default;

  // An environment variable; an unset one is nothing, an empty one is empty text.
  [[nodiscard]] virtual std::optional<std::string> variable(const std::string& name) const = 0;

  // The calendar, for what schedules say, and a clock that never steps, for how long things take.
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual Duration steady() const = 0;
  virtual void sleep_for(Duration length) = 0;

  // What this host is called when PSCHEDULER_LOCALHOST does not say; empty when it has no interface at all.
  [[nodiscard]] virtual std::string host_name() const = 0;

  // The addresses of a host name as literals; none when it has none, or they cannot be found out in time.
  [[nodiscard]] virtual std::vector<std::string> addresses_of(const std::string& name) const = 0;

  // Columns for wrapped text: those of the terminal, 80 when stdout is none.
  [[nodiscard]] virtual std::size_t text_width() const = 0;

  // Whether a person reads what is written to stdout as it comes.
  [[nodiscard]] virtual bool stdout_is_terminal() const = 0;

  // Whether stderr is a terminal that can show a line in place of another.
  [[nodiscard]] virtual bool shows_progress() const = 0;

  // Shows a line on stderr in place of the one shown last; an empty one erases that.
  virtual void show_progress(const std::string& line) = 0;

  // The whole terminal, until it is destroyed. Fails when stdin and stdout are none, or cannot place a
  // cursor.
  virtual Result<std::unique_ptr<Screen>> open_screen() = 0;

  // From now on the signals that end commands quietly are kept instead, until a second one comes.
  virtual void keep_interruptions() = 0;
  // The number of the signal that was kept, 0 for none.
  [[nodiscard]] virtual int interruption() const = 0;

  // Lines for the one who looks for a fault go nowhere until debugging is enabled.
  virtual void enable_debug(DebugTo where) = 0;
  virtual void debug(const std::string& line) = 0;
};

class EventLoop;

struct Context {
  ServerConnection& server;
  Environment& environment;
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  EventLoop& loop;
  bool tells_progress = true;  // the user did not ask for results alone
};

using Words = std::vector<std::string>;

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;

}  // namespace pscheduler::cli
