#include "pscheduler/plugin_sdk/options.hpp"

#include "pscheduler/base/si_number.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>

namespace pscheduler::sdk {
namespace {

// An option as it was written: which row, and whether with "no-" in front.
struct Match {
  const Option* option = nullptr;  // nothing: help
  bool negated = false;
};

std::string remedy(const Option& option) {
  return option.example.empty() ? std::string("see --help")
                                : fmt::format("give for example --{} {}", option.field, option.example);
}

tl::unexpected<Error> bad_value(const Option& option, std::string_view value, std::string_view wanted) {
  return fail(Errc::invalid_argument, fmt::format("--{}: \"{}\" is not {}; {}.", option.field, excerpt(value),
                                                  wanted, remedy(option)));
}

Result<Match> find_long(const CommandLine& table, std::string_view name) {
  std::vector<Match> starts;
  std::vector<std::string> names;
  const auto consider = [&](std::string candidate, Match match) -> bool {
    if (!candidate.starts_with(name)) return false;
    const bool exact = candidate == name;
    if (exact) starts.clear();
    starts.push_back(match);
    names.push_back("--" + std::move(candidate));
    return exact;
  };
  if (consider("help", {})) return starts.front();
  for (const auto& option : table.options) {
    if (consider(std::string(option.field), {&option, false})) return starts.front();
    if (!option.also.empty() && name == option.also) return Match{&option, false};
    if (option.type != OptionType::boolean) continue;
    if (consider("no-" + std::string(option.field), {&option, true})) return starts.front();
  }
  if (starts.size() == 1) return starts.front();
  if (starts.empty()) {
    return fail(Errc::invalid_argument,
                fmt::format("Test {0} has no option --{1}; \"pscheduler task {0} --help\" "
                            "lists those it has.",
                            table.test, excerpt(name)));
  }
  return fail(Errc::invalid_argument, fmt::format("Option --{} is ambiguous: {}; write one of them out.",
                                                  excerpt(name), join(names, ", ")));
}

Result<Match> find_short(const CommandLine& table, char letter) {
  if (letter == 'h') return Match{};
  for (const auto& option : table.options) {
    if (option.letter == letter) return Match{&option, false};
  }
  return fail(Errc::invalid_argument,
              fmt::format("Test {0} has no option -{1}; \"pscheduler task {0} --help\" lists those it has.",
                          table.test, excerpt(std::string_view(&letter, 1))));
}

// Whether the word is, letter by letter, an option of the table: then it is not meant as a value.
bool is_option(const CommandLine& table, std::string_view word) {
  return std::ranges::any_of(table.options, [&](const Option& option) {
    return word == fmt::format("--{}", option.field) || word == fmt::format("--no-{}", option.field) ||
           (option.letter != '\0' && word == fmt::format("-{}", option.letter));
  });
}

std::optional<Json> port_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto port = [](std::string_view digits) -> std::optional<std::uint16_t> {
    std::uint16_t number = 0;
    const auto [at, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc{} || at != digits.data() + digits.size()) return std::nullopt;
    return number;
  };
  const auto lower = port(text.substr(0, dash));
  const auto upper = port(text.substr(dash + 1));
  if (!lower || !upper || *lower > *upper) return std::nullopt;
  return Json{{"lower", *lower}, {"upper", *upper}};
}

Result<Json> duration(const Option& option, const std::string& text) {
  const bool is_ms = option.type == OptionType::duration_ms;
  const auto unit = is_ms ? Duration(std::chrono::milliseconds(1)) : Duration(std::chrono::seconds(1));
  std::int64_t number = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && at == text.data() + text.size() && number >= 0 && number <= kDurationMax / unit)
    return Json(format_duration(number * unit));
  if (parse_duration(text)) return Json(text);
  return bad_value(
      option, text,
      fmt::format("a duration, ISO 8601 or a whole number of {}", is_ms ? "milliseconds" : "seconds"));
}

Result<Json> convert(const Option& option, const std::string& text) {
  const char* const end = text.data() + text.size();
  if (!is_utf8(text)) return bad_value(option, text, "UTF-8 text");
  switch (option.type) {
    case OptionType::integer: {
      std::int64_t number = 0;
      const auto [at, error] = std::from_chars(text.data(), end, number);
      if (error == std::errc::result_out_of_range) return bad_value(option, text, "a number of 64 bits");
      if (error != std::errc{} || at != end) return bad_value(option, text, "a whole number");
      return Json(number);
    }
    case OptionType::si_integer: {
      const auto number = parse_si(text);
      if (!number) return bad_value(option, text, "a whole number of 64 bits, or one with a unit as in 10M");
      return Json(*number);
    }
    case OptionType::duration:
    case OptionType::duration_ms:
      return duration(option, text);
    case OptionType::number: {
      double number = 0;
      const auto [at, error] = std::from_chars(text.data(), end, number);
      if (error != std::errc{} || at != end || !std::isfinite(number))
        return bad_value(option, text, "a number");
      return Json(number);
    }
    case OptionType::json: {
      auto value = json::read(text);
      if (!value) return bad_value(option, text, "JSON");
      return value;
    }
    case OptionType::port_range: {
      auto range = port_range(text);
      if (!range) return bad_value(option, text, "a range of ports LOW-HIGH up to 65535");
      return std::move(*range);
    }
    case OptionType::text:
    case OptionType::text_or_list:
    case OptionType::boolean:
      break;
  }
  return Json(text);
}

void store(const Option& option, Json value, Json& spec) {
  const std::string field(option.field);
  if (option.type != OptionType::text_or_list || !spec.contains(field)) {
    spec[field] = std::move(value);
    return;
  }
  auto& present = spec[field];
  if (!present.is_array()) present = Json::array({std::move(present)});
  present.push_back(std::move(value));
}

int schema_needed(const CommandLine& table, const Json& spec) {
  int schema = 1;
  for (const auto& option : table.options) {
    const auto found = spec.find(option.field);
    if (found == spec.end()) continue;
    schema = std::max(schema, option.schema_for != nullptr ? option.schema_for(*found) : option.schema);
  }
  return schema;
}

// One word that starts with a dash, taken apart.
struct Switch {
  Match match;
  std::optional<std::string> value;  // joined to it
};

Result<Switch> read_switch(const CommandLine& table, const std::string& word) {
  if (!word.starts_with("--")) {
    auto match = find_short(table, word[1]);
    if (!match) return fail(std::move(match.error()));
    Switch read{*match, std::nullopt};
    if (word.size() > 2) read.value = word.substr(word[2] == '=' ? 3 : 2);
    return read;
  }
  const auto equals = word.find('=');
  auto match =
      find_long(table, std::string_view(word).substr(2, equals == std::string::npos ? equals : equals - 2));
  if (!match) return fail(std::move(match.error()));
  Switch read{*match, std::nullopt};
  if (equals != std::string::npos) read.value = word.substr(equals + 1);
  return read;
}

std::string words_value(const Option& option, const Json& value) {
  if (option.type == OptionType::json) return json::to_compact(value);
  if (value.is_string()) return value.get<std::string>();
  if (option.type == OptionType::port_range && value.is_object()) {
    return fmt::format("{}-{}", json::find_integer(value, "lower").value_or(0),
                       json::find_integer(value, "upper").value_or(0));
  }
  if (value.is_number_float()) {
    const double number = value.get<double>();
    constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers below it have one spelling
    if (std::trunc(number) == number && std::fabs(number) < kExact) return fmt::format("{:.0f}", number);
  }
  return json::to_compact(value);
}

}  // namespace

Result<std::vector<std::string>> words_from_json(const Json& array) {
  if (!array.is_array()) {
    return fail(Errc::invalid_argument, "The options must be a JSON array of strings and numbers.");
  }
  std::vector<std::string> words;
  const Option plain{};
  for (const auto& item : array) {
    if (!item.is_string() && !item.is_number()) {
      return fail(Errc::invalid_argument,
                  fmt::format("Option {} of the array is {}; each must be a string or a number.",
                              words.size() + 1, item.type_name()));
    }
    words.push_back(words_value(plain, item));
  }
  return words;
}

Result<Json> parse_words(const CommandLine& table, std::span<const std::string> words) {
  Json spec = Json::object();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& word = words[i];
    if (word.size() < 2 || word.front() != '-' || word == "--") {
      return fail(Errc::invalid_argument, fmt::format("\"{}\" belongs to no option of test {}; write "
                                                      "\"--option value\", or --help to see the options.",
                                                      excerpt(word), table.test));
    }
    auto read = read_switch(table, word);
    if (!read) return fail(std::move(read.error()));
    if (read->match.option == nullptr) return fail(Errc::invalid_argument, help_text(table));
    const Option& option = *read->match.option;
    if (option.type == OptionType::boolean) {
      if (read->value) {
        return fail(Errc::invalid_argument,
                    fmt::format("--{0} takes no value (\"{1}\"); write --{0} or --no-{0}.", option.field,
                                excerpt(*read->value)));
      }
      spec[std::string(option.field)] = !read->match.negated;
      continue;
    }
    if (!read->value) {
      if (i + 1 == words.size() || is_option(table, words[i + 1])) {
        return fail(Errc::invalid_argument,
                    fmt::format("--{} needs a value; {}.", option.field, remedy(option)));
      }
      read->value = words[++i];
    }
    auto value = convert(option, *read->value);
    if (!value) return fail(std::move(value.error()));
    store(option, std::move(*value), spec);
  }
  if (table.complete != nullptr) table.complete(spec);
  spec["schema"] = schema_needed(table, spec);
  return spec;
}

std::vector<std::string> words_for(const CommandLine& table, const Json& spec) {
  std::vector<std::string> words;
  for (const auto& option : table.options) {
    const auto found = spec.find(option.field);
    if (found == spec.end()) continue;
    const std::string name(option.field);
    if (option.type == OptionType::boolean) {
      words.push_back((found->is_boolean() && !found->get<bool>() ? "--no-" : "--") + name);
    } else if (option.type == OptionType::text_or_list && found->is_array()) {
      for (const auto& item : *found) {
        words.push_back("--" + name);
        words.push_back(words_value(option, item));
      }
    } else {
      words.push_back("--" + name);
      words.push_back(words_value(option, *found));
    }
  }
  return words;
}

std::string help_text(const CommandLine& table) {
  std::vector<std::pair<std::string, std::string_view>> rows;
  std::size_t width = 0;
  for (const auto& option : table.options) {
    std::string left = option.letter != '\0' ? fmt::format("  -{}, ", option.letter) : "      ";
    left += option.type == OptionType::boolean ? "--[no-]" : "--";
    left += option.field;
    if (!option.argument.empty()) left += fmt::format(" {}", option.argument);
    width = std::max(width, left.size());
    rows.emplace_back(std::move(left), option.help);
  }
  rows.emplace_back("  -h, --help", "Show this help");
  std::string text = fmt::format("Usage: pscheduler task [task-options] {} [options]\n\n{}\n\nOptions:\n",
                                 table.test, table.summary);
  for (const auto& [left, help] : rows) text += fmt::format("{:<{}}  {}\n", left, width, help);
  if (!table.examples.empty()) text += "\nExamples:\n";
  for (const auto example : table.examples) {
    text += fmt::format("  pscheduler task {} {}\n", table.test, example);
  }
  return text;
}

}  // namespace pscheduler::sdk
