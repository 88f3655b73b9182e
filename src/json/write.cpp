#include "pscheduler/json/write.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "utf8.hpp"

namespace pscheduler::json {
namespace {

struct Style {
  std::string_view item_separator;
  std::string_view name_separator;
  std::size_t indent;  // 0: all in one line
};

constexpr Style kCompact{",", ":", 0};
constexpr Style kPlain{", ", ": ", 0};
constexpr Style kPretty{", ", ": ", 4};

constexpr char32_t kReplacement = 0xfffd;

class Writer {
 public:
  explicit Writer(const Style& style) : style_(style) {}

  void value(const Json& value) {
    switch (value.type()) {
      case Json::value_t::object:
        return object(value);
      case Json::value_t::array:
        return array(value);
      case Json::value_t::string:
        return string(value.get_ref<const std::string&>());
      case Json::value_t::boolean:
        text_ += value.get<bool>() ? "true" : "false";
        return;
      case Json::value_t::number_integer:
        return integer(value.get<std::int64_t>());
      case Json::value_t::number_unsigned:
        return integer(value.get<std::uint64_t>());
      case Json::value_t::number_float:
        return floating(value.get<double>());
      case Json::value_t::null:
      case Json::value_t::binary:
      case Json::value_t::discarded:
        text_ += "null";
        return;
    }
  }

  std::string take() { return std::move(text_); }

 private:
  void new_line() {
    if (style_.indent == 0) return;
    text_ += '\n';
    text_.append(depth_ * style_.indent, ' ');
  }

  void object(const Json& value) {
    text_ += '{';
    ++depth_;
    bool first = true;
    for (const auto& member : value.items()) {
      if (!first) text_ += style_.item_separator;
      first = false;
      new_line();
      string(member.key());
      text_ += style_.name_separator;
      this->value(member.value());
    }
    --depth_;
    if (!first) new_line();
    text_ += '}';
  }

  void array(const Json& value) {
    text_ += '[';
    ++depth_;
    bool first = true;
    for (const auto& item : value) {
      if (!first) text_ += style_.item_separator;
      first = false;
      new_line();
      this->value(item);
    }
    --depth_;
    if (!first) new_line();
    text_ += ']';
  }

  void string(std::string_view text) {
    text_ += '"';
    for (std::size_t at = 0; at < text.size();) {
      const char c = text[at];
      if (c >= 0x20 && c < 0x7f) {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
        ++at;
        continue;
      }
      const CodePoint character = decode_utf8(text.substr(at));
      escape(character.bytes == 0 ? kReplacement : character.value);
      at += character.bytes == 0 ? 1 : character.bytes;
    }
    text_ += '"';
  }

  void escape(char32_t character) {
    switch (character) {
      case '\n':
        text_ += "\\n";
        return;
      case '\r':
        text_ += "\\r";
        return;
      case '\t':
        text_ += "\\t";
        return;
      case '\b':
        text_ += "\\b";
        return;
      case '\f':
        text_ += "\\f";
        return;
      default:
        break;
    }
    if (character < 0x10000) return escape_unit(character);
    escape_unit(0xd800 + ((character - 0x10000) >> 10U));
    escape_unit(0xdc00 + ((character - 0x10000) & 0x3ffU));
  }

  void escape_unit(char32_t unit) {
    constexpr std::string_view kHex = "0123456789abcdef";
    text_ += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) text_ += kHex[(unit >> shift) & 0xfU];
  }

  template <class Integer>
  void integer(Integer number) {
    std::array<char, 24> digits{};
    text_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
  }

  // Plain digits between 1e-4 and 1e16, else an exponent, as readers of 5.2 are used to.
  void floating(double number) {
    if (!std::isfinite(number)) {
      text_ += "null";
      return;
    }
    const double size = std::fabs(number);
    const bool fixed = number == 0 || (size >= 1e-4 && size < 1e16);
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                   fixed ? std::chars_format::fixed : std::chars_format::scientific)
                         .ptr;
    const std::string_view shortest(digits.data(), static_cast<std::size_t>(end - digits.data()));
    text_ += shortest;
    if (shortest.find_first_of(".e") == std::string_view::npos) text_ += ".0";
  }

  const Style& style_;
  std::size_t depth_ = 0;
  std::string text_;
};

std::string write(const Json& value, const Style& style) {
  Writer writer(style);
  writer.value(value);
  return writer.take();
}

}  // namespace

std::string to_compact(const Json& value) {
  return write(value, kCompact);
}
std::string to_plain(const Json& value) {
  return write(value, kPlain);
}
std::string to_pretty(const Json& value) {
  return write(value, kPretty);
}

}  // namespace pscheduler::json
