#include "cli/terminal_output.hpp"

#include <gtest/gtest.h>

#include <iomanip>
#include <sstream>

namespace pscheduler::cli {
namespace {

TEST(TerminalOutput, LetsTextThroughAndShowsWhatATerminalWouldObey) {
  std::ostringstream terminal;
  TerminalOutput out(terminal);
  out << "one\ttwo\n" << 'c' << std::setw(4) << 7 << "\nä € 𝄞 " << std::string(70'000, 'x') << "\n";
  EXPECT_EQ(terminal.str(), "one\ttwo\nc   7\nä € 𝄞 " + std::string(70'000, 'x') + "\n");
  terminal.str("");
  out << "a\x1b[2J\rb" << '\a' << "\xc2\x9b"
      << "1m\n\xff";
  EXPECT_EQ(terminal.str(), "a\\x1b[2J\\x0db\\x07\\xc2\\x9b1m\n\\xff");
}

TEST(TerminalOutput, FailsAsTheTerminalDoes) {
  std::ostringstream terminal;
  TerminalOutput out(terminal);
  out << "one" << std::flush;
  EXPECT_TRUE(out.good());
  terminal.setstate(std::ios::badbit);
  out << "two";
  EXPECT_FALSE(out.good());
}

}  // namespace
}  // namespace pscheduler::cli
