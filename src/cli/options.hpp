#pragma once
// Command-line options: a table per command from which parsing, usage and help follow.
//
// GNU style through getopt_long: `--opt VALUE`, `--opt=VALUE`, joined short options, unambiguous prefixes of
// long options. Parsing stops at the first word that is no option, unless the table says that options may
// stand anywhere; from there on all words are left untouched.

#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// `the_rest` ends the options like a word does: what follows it belongs to something else.
enum class Takes { nothing, text, integer, the_rest };

struct Option {
  std::string long_name;
  char short_name = 0;  // 0 when there is none
  Takes takes = Takes::nothing;
  std::string value_name;  // as shown in the help, e.g. DURATION
  std::string help;        // one sentence, no line breaks
};

// Every table has --help (-h) without listing it.
struct CommandSyntax {
  std::string name;      // "task"
  std::string synopsis;  // "[OPTIONS] TEST [TEST-OPTIONS]"
  std::string purpose;   // a short paragraph
  std::vector<Option> options;
  std::vector<std::pair<std::string, std::string>> examples;  // what it does, command line
  bool takes_durations = false;   // a word such as -PT1H is a duration, not an option
  bool options_anywhere = false;  // options may also stand after words; only "--" ends them
};

class CommandLine {
 public:
  [[nodiscard]] bool has(const std::string& long_name) const { return values_.contains(long_name); }

  // The value given last, or every value in order.
  [[nodiscard]] std::optional<std::string> value(const std::string& long_name) const;
  [[nodiscard]] std::vector<std::string> values(const std::string& long_name) const;

  // For options that take an integer, which parsing has checked.
  [[nodiscard]] std::optional<long> integer(const std::string& long_name) const;

  // From the first word that is no option.
  [[nodiscard]] const Words& words() const { return words_; }

 private:
  friend Result<CommandLine> parse_options(const CommandSyntax& syntax, const Words& words);

  std::map<std::string, std::vector<std::string>> values_;
  Words words_;
};

// Fails with invalid_argument: unknown or ambiguous option, missing or surplus value, a value that is no
// integer.
Result<CommandLine> parse_options(const CommandSyntax& syntax, const Words& words);

// What every command begins with: the parsed line, or the exit status when the command is to end now, because
// --help was answered (0) or the options were bad (2).
tl::expected<CommandLine, int> read_command_line(Context& context, const CommandSyntax& syntax,
                                                 const Words& words);

// "Usage: pscheduler task [OPTIONS] …"
std::string usage_line(const CommandSyntax& syntax);

// Usage, purpose, options and examples.
std::string help_text(const CommandSyntax& syntax, std::size_t width);

// For a wrong number of words: usage and examples on stdout, exit status 1. Options among the words, which
// come too late to be any, are named on stderr.
int show_usage(Context& context, const CommandSyntax& syntax, const Words& words);

// Writes the message as a line on stderr; exit status 1.
int fail_with(Context& context, std::string_view message);
int fail_with(Context& context, const Error& error);

}  // namespace pscheduler::cli
