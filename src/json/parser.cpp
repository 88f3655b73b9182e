#include "parser.hpp"

#include <algorithm>
#include <utility>

namespace pscheduler::json {

Parser::Parser(std::string_view text, const ReadOptions& options)
    : text_(text), options_(options), scanner_(text, options.dialect) {
  options_.depth_max = std::min(options.depth_max, kDepthCeiling);
}

Event Parser::fail(Errc code, std::size_t offset, const std::string& message) {
  const Location location = location_of(text_, offset);
  error_ = {code,
            "line " + std::to_string(location.line) + ", column " + std::to_string(location.column) + ": " +
                message,
            {}};
  return Event::failure;
}

std::string Parser::expected() const {
  switch (expect_) {
    case Expect::value:
      return "a value";
    case Expect::value_or_end:
      return "a value or ']'";
    case Expect::name:
      return "a member name in double quotes";
    case Expect::name_or_end:
      return "a member name in double quotes or '}'";
    case Expect::separator:
      return open_.back() ? "',' or '}'" : "',' or ']'";
    case Expect::end:
      return "the end of the text";
  }
  return {};
}

Event Parser::unexpected() {
  const std::size_t at = scanner_.offset();
  if (at == 0 && text_.starts_with("\xef\xbb\xbf")) {
    return fail(Errc::invalid_argument, at,
                "found a byte-order mark where a value was expected; save the text as UTF-8 without it");
  }
  return fail(Errc::invalid_argument, at,
              "found " + scanner_.found() + " where " + expected() + " was expected");
}

Event Parser::next() {
  const Token token = scanner_.next();
  if (token == Token::failure) {
    return fail(Errc::invalid_argument, scanner_.problem_offset(), scanner_.problem());
  }
  switch (expect_) {
    case Expect::value_or_end:
      if (token == Token::array_end) return close(Event::array_end);
      return on_value(token);
    case Expect::value:
      return on_value(token);
    case Expect::name_or_end:
      if (token == Token::object_end) return close(Event::object_end);
      return on_name(token);
    case Expect::name:
      return on_name(token);
    case Expect::separator:
      return on_separator(token);
    case Expect::end:
      return token == Token::end ? Event::end : unexpected();
  }
  return unexpected();
}

Event Parser::on_name(Token token) {
  if (token == Token::object_end) {
    return fail(Errc::invalid_argument, scanner_.offset(),
                "found '}' after a comma where a member name was expected; remove the comma");
  }
  if (token != Token::string) return unexpected();
  std::string name = std::move(scanner_.string());
  if (scanner_.next() != Token::colon) {
    return fail(Errc::invalid_argument, scanner_.offset(),
                "found " + scanner_.found() + " where ':' was expected after a member name");
  }
  scanner_.string() = std::move(name);
  expect_ = Expect::value;
  return Event::name;
}

Event Parser::on_value(Token token) {
  if (token == Token::array_end && !open_.empty() && !open_.back()) {
    return fail(Errc::invalid_argument, scanner_.offset(),
                "found ']' after a comma where a value was expected; remove the comma");
  }
  if (++values_ > options_.values_max) {
    return fail(Errc::too_large, scanner_.offset(),
                "more than the " + std::to_string(options_.values_max) + " values allowed");
  }
  switch (token) {
    case Token::object_begin:
      return open(Event::object_begin, true);
    case Token::array_begin:
      return open(Event::array_begin, false);
    case Token::string:
      scanner_.scalar() = std::move(scanner_.string());
      break;
    case Token::scalar:
      break;
    default:
      return unexpected();
  }
  value_done();
  return Event::scalar;
}

Event Parser::on_separator(Token token) {
  const bool object = open_.back();
  if (token == Token::comma) {
    expect_ = object ? Expect::name : Expect::value;
    return next();
  }
  if (object && token == Token::object_end) return close(Event::object_end);
  if (!object && token == Token::array_end) return close(Event::array_end);
  return unexpected();
}

Event Parser::open(Event event, bool object) {
  if (static_cast<int>(open_.size()) >= options_.depth_max) {
    return fail(Errc::invalid_argument, scanner_.offset(),
                "nested deeper than the " + std::to_string(options_.depth_max) + " levels allowed");
  }
  open_.push_back(object);
  expect_ = object ? Expect::name_or_end : Expect::value_or_end;
  return event;
}

Event Parser::close(Event event) {
  open_.pop_back();
  value_done();
  return event;
}

}  // namespace pscheduler::json
