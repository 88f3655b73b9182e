#include "cli/program/terminal_screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "cli/program/signals.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";           // alternate screen, no cursor
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l\r";  // as it was
constexpr Duration kEscapePause =
    std::chrono::milliseconds(50);  // keys send their bytes at once, people do not

// How the terminal was: a signal handler needs it, hence not a member.
termios as_it_was{};

void write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;  // the terminal has gone; reading keys tells
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void restore() {
  write_all(kLeave);
  tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
}

}  // namespace

Result<std::unique_ptr<Screen>> TerminalScreen::open(const std::string& type) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0) {
    return fail(Errc::not_possible,
                "This command needs a terminal; pscheduler schedule prints the same into a pipe or a file");
  }
  if (type.empty() || type == "dumb" || tcgetattr(STDIN_FILENO, &as_it_was) != 0) {
    return fail(Errc::not_possible,
                "The terminal (TERM is \"" + type +
                    "\") can neither be cleared nor place its cursor; use pscheduler schedule");
  }
  termios raw = as_it_was;
  raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON | ISTRIP | INLCR);
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | IEXTEN | ISIG);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) {
    return fail(Errc::not_possible, "The terminal does not hand over keys as they are typed");
  }
  set_farewell(restore);
  write_all(kEnter);
  return std::unique_ptr<Screen>(new TerminalScreen);
}

TerminalScreen::~TerminalScreen() {
  set_farewell(nullptr);
  restore();
}

ScreenSize TerminalScreen::size() const {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

void TerminalScreen::show(const std::vector<ScreenLine>& lines) {
  write_all(painter_.paint(lines, size()));
}

Key TerminalScreen::next_key(Duration limit) {
  if (auto key = keys_.next(false); key.kind != KeyKind::none) return key;
  const Duration pause = keys_.waits() ? std::min(limit, kEscapePause) : limit;
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(pause);
  const int ready = poll(&input, 1, static_cast<int>(wait.count()));
  if (ready <= 0) return keys_.next(true);
  char bytes[256];
  const auto count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count <= 0) return {KeyKind::interrupt, {}};  // hung up
  keys_.add({bytes, static_cast<std::size_t>(count)});
  return keys_.next(false);
}

}  // namespace pscheduler::cli
