#pragma once
// What commands print, on its way to a terminal: much of it is what servers said, and a terminal would obey
// what they hide in it. Only ends of lines and tabs go through as they are, other control characters are
// shown as \xNN.

#include <ostream>
#include <streambuf>

namespace pscheduler::cli {

class TerminalOutput final : public std::ostream {
 public:
  // What is written here is written there at once. `terminal` outlives this.
  explicit TerminalOutput(std::ostream& terminal) : std::ostream(nullptr), pieces_(terminal) {
    rdbuf(&pieces_);
  }

 private:
  class Pieces final : public std::streambuf {
   public:
    explicit Pieces(std::ostream& terminal) : terminal_(terminal) {}

   protected:
    int_type overflow(int_type character) override;
    std::streamsize xsputn(const char* text, std::streamsize count) override;
    int sync() override;

   private:
    std::ostream& terminal_;
  };

  Pieces pieces_;
};

}  // namespace pscheduler::cli
