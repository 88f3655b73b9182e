#pragma once
// A pull parser: JSON text as a row of events, in order, with the grammar and the bounds checked.

#include <string>
#include <string_view>
#include <vector>

#include "scanner.hpp"

namespace pscheduler::json {

enum class Event { object_begin, object_end, array_begin, array_end, name, scalar, end, failure };

class Parser {
 public:
  Parser(std::string_view text, const ReadOptions& options);

  // Ends with one `end` or `failure`.
  Event next();

  // Where the current event begins.
  [[nodiscard]] std::size_t offset() const { return scanner_.offset(); }
  // The current member name, or value; both may be moved from.
  std::string& name() { return scanner_.string(); }
  Json& scalar() { return scanner_.scalar(); }
  // After `failure`.
  Error& error() { return error_; }

 private:
  enum class Expect { value, value_or_end, name, name_or_end, separator, end };

  Event fail(Errc code, std::size_t offset, const std::string& message);
  Event unexpected();
  [[nodiscard]] std::string expected() const;
  Event on_name(Token token);
  Event on_value(Token token);
  Event on_separator(Token token);
  Event open(Event event, bool object);
  Event close(Event event);
  void value_done() { expect_ = open_.empty() ? Expect::end : Expect::separator; }

  std::string_view text_;
  ReadOptions options_;
  Scanner scanner_;
  std::vector<bool> open_;  // true: an object, false: an array
  Expect expect_ = Expect::value;
  std::size_t values_ = 0;
  Error error_;
};

}  // namespace pscheduler::json
