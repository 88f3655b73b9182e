#include "cli/text_layout.hpp"

#include <gtest/gtest.h>

namespace pscheduler::cli {
namespace {

TEST(TextLayout, WrapsAtBlanksAndHangsWhatFollows) {
  EXPECT_EQ(wrap("one two three four", 9, 2), "one two\n  three\n  four");
  EXPECT_EQ(wrap("short", 80, 2), "short");
  EXPECT_EQ(wrap("a wordlongerthantheline b", 6, 0), "a\nwordlongerthantheline\nb");
  EXPECT_EQ(wrap("äöü äöü", 7, 0), "äöü äöü");  // counted in characters
}

TEST(TextLayout, IndentsEveryLineButEmptyOnes) {
  EXPECT_EQ(indent("one\n\ntwo"), "  one\n\n  two");
  EXPECT_EQ(indent("\none", 4), "\n    one");
}

TEST(TextLayout, QuotesForTheShellOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quote({"rtt", "--dest", "www.example.org"}), "rtt --dest www.example.org");
  EXPECT_EQ(shell_quote({"", "two words", "it's", "$HOME"}), "'' 'two words' 'it'\"'\"'s' '$HOME'");
}

TEST(TextLayout, FillsColumnsFromTopToBottom) {
  EXPECT_EQ(in_columns({"a", "b", "c", "d", "e"}, 4, 72, 4),
            "    a                 c                 e\n"
            "    b                 d\n");
  EXPECT_EQ(in_columns({"a-command-with-a-very-long-name", "b"}, 2, 20, 0),
            "a-command-with-a-very-long-name b\n");
}

TEST(TextLayout, EnumeratesAsPeopleDo) {
  EXPECT_EQ(enumerate({}), "");
  EXPECT_EQ(enumerate({"A"}), "A");
  EXPECT_EQ(enumerate({"A", "B"}), "A and B");
  EXPECT_EQ(enumerate({"A", "B", "C"}), "A, B, and C");
}

TEST(Fit, MakesLinesOfExactlyThatLength) {
  EXPECT_EQ(fit("abc", 5), "abc  ");
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit("abcd", 3), "ab+");
  EXPECT_EQ(fit("äöü", 3), "äöü");
  EXPECT_EQ(fit("äöüß", 3), "äö+");
  EXPECT_EQ(fit("abc", 0), "");
  EXPECT_EQ(fit("", 0), "");
  EXPECT_EQ(fit("a\tb\x1b", 4), "a?b?");
}

}  // namespace
}  // namespace pscheduler::cli
