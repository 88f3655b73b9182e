#include "cli/monitor/painter.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pscheduler::cli {
namespace {

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::plain:
      return "";
    case Colour::white_on_black:
      return ";37;40";
    case Colour::green_on_black:
      return ";32;40";
    case Colour::white_on_red:
      return ";1;37;41";
    case Colour::black_on_yellow:
      return ";1;30;43";
  }
  return "";
}

}  // namespace

std::string Painter::paint(const std::vector<ScreenLine>& lines, ScreenSize size) {
  std::string sent;
  if (size != size_) {
    size_ = size;
    shown_.assign(size.rows, {});
    sent = "\x1b[0m\x1b[2J";
  }
  for (std::size_t row = 0; row < size.rows; ++row) {
    const ScreenLine line = row < lines.size() ? lines[row] : ScreenLine{};
    if (line == shown_[row]) continue;
    shown_[row] = line;
    // Cleared before it is written: clearing after a full line would take its last character away.
    sent += fmt::format("\x1b[{};1H\x1b[0m\x1b[K\x1b[0{}{}m{}\x1b[0m", row + 1, line.underlined ? ";4" : "",
                        code_of(line.colour), line.text);
  }
  return sent;
}

}  // namespace pscheduler::cli
