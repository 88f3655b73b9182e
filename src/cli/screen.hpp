#pragma once
// A terminal used as a screen: lines in place instead of text that scrolls by, and keys as they are typed.

#include <cstddef>
#include <string>
#include <vector>

#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

struct ScreenSize {
  std::size_t rows = 24;
  std::size_t columns = 80;

  bool operator==(const ScreenSize&) const = default;
};

enum class Colour { plain, white_on_black, green_on_black, white_on_red, black_on_yellow };

// One row of the screen. The text is UTF-8 without control characters and fits into the columns.
struct ScreenLine {
  std::string text;
  Colour colour = Colour::plain;
  bool underlined = false;

  bool operator==(const ScreenLine&) const = default;
};

enum class KeyKind { none, text, enter, escape, erase, interrupt, up, down, page_up, page_down, home, end };

struct Key {
  KeyKind kind = KeyKind::none;  // none: nothing was typed in time
  std::string text;              // what was typed, for `text`: one character in UTF-8

  bool operator==(const Key&) const = default;
};

class Screen {
 public:
  virtual ~Screen() = default;

  // May differ from call to call: terminals are resized.
  [[nodiscard]] virtual ScreenSize size() const = 0;

  // Makes the screen show these rows from its top, and nothing below them.
  virtual void show(const std::vector<ScreenLine>& lines) = 0;

  // The next key, waiting for one at most `limit`. A terminal that has gone away types an interrupt.
  virtual Key next_key(Duration limit) = 0;
};

}  // namespace pscheduler::cli
