#include "cli/options.hpp"

#include <getopt.h>

#include <charconv>
#include <ostream>
#include <set>

#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

// getopt_long answers with these numbers; short options answer with their letter, so they lie beyond letters.
constexpr int kFirstLongOption = 1000;
constexpr int kHelpOption = 999;

constexpr std::size_t kHelpColumn = 30;  // where the sentences of the option list begin

std::optional<long> to_integer(const std::string& text) {
  const char* first = text.data();
  const char* last = first + text.size();
  if (text.starts_with('+') && !text.starts_with("+-")) ++first;
  long value = 0;
  const auto [end, error] = std::from_chars(first, last, value);
  return error == std::errc{} && end == last ? std::optional<long>(value) : std::nullopt;
}

bool has_value(const Option& option) {
  return option.takes == Takes::text || option.takes == Takes::integer;
}

// What the option table is to getopt_long. The names live in the table.
struct GetoptTables {
  std::string letters = "+:h";  // stop at the first word, tell a missing value apart
  std::vector<::option> long_options;
};

GetoptTables getopt_tables(const CommandSyntax& syntax) {
  GetoptTables tables;
  if (syntax.options_anywhere) tables.letters.erase(0, 1);
  int number = kFirstLongOption;
  for (const auto& option : syntax.options) {
    const int takes = has_value(option) ? required_argument : no_argument;
    tables.long_options.push_back({option.long_name.c_str(), takes, nullptr, number++});
    if (option.short_name != 0) {
      tables.letters += option.short_name;
      if (takes == required_argument) tables.letters += ':';
    }
  }
  tables.long_options.push_back({"help", no_argument, nullptr, kHelpOption});
  tables.long_options.push_back({nullptr, 0, nullptr, 0});
  return tables;
}

const Option* option_of(const CommandSyntax& syntax, int answer) {
  if (answer >= kFirstLongOption) {
    return &syntax.options[static_cast<std::size_t>(answer - kFirstLongOption)];
  }
  for (const auto& option : syntax.options) {
    if (option.short_name != 0 && option.short_name == answer) return &option;
  }
  return nullptr;
}

// The sentence for an option getopt_long refused; `word` is the word it was reading.
std::string why_refused(const CommandSyntax& syntax, const std::string& word, int letter) {
  if (!word.starts_with("--")) return std::string("no such option: -") + static_cast<char>(letter);
  const auto equals = word.find('=');
  const auto typed = word.substr(2, equals == std::string::npos ? equals : equals - 2);
  std::vector<std::string> candidates;
  for (const auto& option : syntax.options) {
    if (option.long_name == typed) return "option --" + typed + " takes no value; leave out \"=…\"";
    if (option.long_name.starts_with(typed)) candidates.push_back("--" + option.long_name);
  }
  if (candidates.size() > 1) return "option --" + typed + " could be any of " + enumerate(candidates);
  if (candidates.size() == 1) return "option " + candidates.front() + " takes no value; leave out \"=…\"";
  return "no such option: --" + typed;
}

}  // namespace

std::optional<std::string> CommandLine::value(const std::string& long_name) const {
  const auto found = values_.find(long_name);
  return found == values_.end() ? std::nullopt : std::optional<std::string>(found->second.back());
}

std::vector<std::string> CommandLine::values(const std::string& long_name) const {
  const auto found = values_.find(long_name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<long> CommandLine::integer(const std::string& long_name) const {
  const auto text = value(long_name);
  return text ? to_integer(*text) : std::nullopt;
}

Result<CommandLine> parse_options(const CommandSyntax& syntax, const Words& words) {
  const auto tables = getopt_tables(syntax);
  Words arguments = words;  // getopt_long wants mutable text
  arguments.insert(arguments.begin(), syntax.name);
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const int count = static_cast<int>(arguments.size());

  CommandLine line;
  optind = 0;  // start anew
  opterr = 0;
  for (;;) {
    const std::size_t at = optind == 0 ? 1 : static_cast<std::size_t>(optind);
    if (syntax.takes_durations && at < arguments.size() && parse_signed_duration(arguments[at])) {
      optind = static_cast<int>(at);
      break;
    }
    const int answer =
        getopt_long(count, pointers.data(), tables.letters.c_str(), tables.long_options.data(), nullptr);
    if (answer == -1) break;
    if (answer == 'h' || answer == kHelpOption) {
      line.values_["help"].emplace_back();
      continue;
    }
    // With options anywhere getopt_long has moved the words before the one it was reading.
    const std::size_t read = syntax.options_anywhere ? static_cast<std::size_t>(optind) - 1 : at;
    const std::string word = pointers[std::min(read, arguments.size() - 1)];
    if (answer == '?') return fail(Errc::invalid_argument, why_refused(syntax, word, optopt));
    const Option* option = option_of(syntax, answer == ':' ? optopt : answer);
    if (answer == ':') {
      return fail(Errc::invalid_argument,
                  "option --" + option->long_name + " needs a value: " + option->value_name);
    }
    const std::string value = has_value(*option) ? optarg : "";
    if (option->takes == Takes::integer && !to_integer(value)) {
      return fail(Errc::invalid_argument,
                  "option --" + option->long_name + " takes an integer, not \"" + excerpt(value) + "\"");
    }
    line.values_[option->long_name].push_back(value);
    if (option->takes == Takes::the_rest) break;
  }
  line.words_.assign(pointers.begin() + optind, pointers.begin() + count);
  return line;
}

std::string usage_line(const CommandSyntax& syntax) {
  return "Usage: pscheduler " + syntax.name + " " + syntax.synopsis;
}

namespace {

std::string option_line(const Option& option, std::size_t width) {
  std::string left = "  ";
  if (option.short_name != 0) left.append(1, '-').append(1, option.short_name).append(", ");
  left += "--" + option.long_name;
  if (!option.value_name.empty()) left += " " + option.value_name;
  const std::string gap = left.size() + 2 <= kHelpColumn ? std::string(kHelpColumn - left.size(), ' ')
                                                         : "\n" + std::string(kHelpColumn, ' ');
  const std::size_t room = width > kHelpColumn + 20 ? width - kHelpColumn : 50;
  const auto sentence = wrap(option.help, room, 0);
  std::string body;
  for (const auto line : split(sentence, '\n')) {
    if (!body.empty()) body.append(1, '\n').append(kHelpColumn, ' ');
    body += line;
  }
  return left + gap + body + "\n";
}

std::string examples_text(const CommandSyntax& syntax) {
  if (syntax.examples.empty()) return {};
  std::string text = "\nExamples:\n";
  for (const auto& [what, how] : syntax.examples) {
    text += "\n  " + what + (what.ends_with('?') ? "" : ":") + "\n    " + how + "\n";
  }
  return text;
}

}  // namespace

std::string help_text(const CommandSyntax& syntax, std::size_t width) {
  std::string text = usage_line(syntax) + "\n\n" + wrap(syntax.purpose, width, 0) + "\n\nOptions:\n";
  text += option_line({"help", 'h', Takes::nothing, "", "Show this text and end."}, width);
  for (const auto& option : syntax.options) text += option_line(option, width);
  return text + examples_text(syntax);
}

tl::expected<CommandLine, int> read_command_line(Context& context, const CommandSyntax& syntax,
                                                 const Words& words) {
  auto line = parse_options(syntax, words);
  if (!line) {
    context.err << usage_line(syntax) << "\npscheduler " << syntax.name << ": error: " << line.error().message
                << "; see pscheduler " << syntax.name << " --help\n";
    return tl::unexpected<int>(kExitUsage);
  }
  if (line->has("help")) {
    context.out << help_text(syntax, context.environment.text_width());
    return tl::unexpected<int>(kExitOk);
  }
  return std::move(*line);
}

int show_usage(Context& context, const CommandSyntax& syntax, const Words& words) {
  const auto late =
      std::find_if(words.begin(), words.end(), [](const auto& w) { return w.starts_with("--"); });
  if (late != words.end()) {
    context.err << "Options stand before the other words; " << excerpt(*late) << " comes too late\n";
  }
  context.out << usage_line(syntax) << "\n"
              << examples_text(syntax) << "\nAll options: pscheduler " << syntax.name << " --help\n";
  return kExitFailure;
}

int fail_with(Context& context, std::string_view message) {
  context.out.flush();
  context.err << trim_end(message) << "\n";
  return kExitFailure;
}

int fail_with(Context& context, const Error& error) {
  return fail_with(context, error.message);
}

}  // namespace pscheduler::cli
