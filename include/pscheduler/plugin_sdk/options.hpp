#pragma once
// The options of a test as a table: from it come cli-to-spec, spec-to-cli and the help (spec plugins.md 5.1,
// 5.2 and 14, cli.md 17). The long option is the spec's key, so one row says everything about a field.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::sdk {

enum class OptionType {
  text,
  integer,       // a whole number of 64 bits
  si_integer,    // the same, also with a unit: 1500, 10M, 2.5 G; 4Ki are 4096
  number,        // any finite number
  duration,      // ISO 8601, or a whole number of seconds: 30 is PT30S
  duration_ms,   // ISO 8601, or a whole number of milliseconds: 50 is PT0.05S
  boolean,       // --x is true, --no-x is false; takes no value
  json,          // any JSON document
  port_range,    // LOW-HIGH gives {"lower": LOW, "upper": HIGH}
  text_or_list,  // may be repeated: once gives a string, several times an array of strings
};

struct Option {
  std::string_view field;  // key in the spec, and the long option without its dashes
  char letter = '\0';      // short option, if any
  OptionType type = OptionType::text;
  std::string_view argument;                       // what the value is called in the help; empty for boolean
  std::string_view example;                        // a value that works: shown where the user's does not
  std::string_view help;                           // one line
  int schema = 1;                                  // the lowest version of the spec that knows the field …
  int (*schema_for)(const Json& value) = nullptr;  // … or, where the value decides, this
  std::string_view also = {};                      // another long name it answers to
};

struct CommandLine {
  std::string_view test;                       // its name
  std::string_view summary;                    // what it measures, one line
  std::span<const Option> options;             // in the order of help and spec-to-cli
  std::span<const std::string_view> examples;  // whole option lists, without the test's name
  void (*complete)(Json& spec) = nullptr;      // adds what the options imply
};

// The words of a JSON array of strings and numbers; anything else in it is refused.
Result<std::vector<std::string>> words_from_json(const Json& array);

// The spec the words ask for, `schema` being the lowest version that can say it. Accepts --x V, --x=V, -xV,
// -x V and unambiguous beginnings of long options. Help asked for is an error whose message is the help.
Result<Json> parse_words(const CommandLine& command_line, std::span<const std::string> words);

// The words that give the spec back. Fields the table does not know are left out.
std::vector<std::string> words_for(const CommandLine& command_line, const Json& spec);

// Usage, every option and the examples, several lines.
std::string help_text(const CommandLine& command_line);

}  // namespace pscheduler::sdk
