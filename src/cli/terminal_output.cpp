#include "cli/terminal_output.hpp"

#include <string_view>

#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {

TerminalOutput::Pieces::int_type TerminalOutput::Pieces::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
  const char only = traits_type::to_char_type(character);
  return xsputn(&only, 1) == 1 ? character : traits_type::eof();
}

std::streamsize TerminalOutput::Pieces::xsputn(const char* text, std::streamsize count) {
  std::string_view rest(text, static_cast<std::size_t>(count));
  while (!rest.empty()) {
    const auto plain = rest.substr(0, rest.find_first_of("\n\t"));
    terminal_ << excerpt(plain, plain.size());
    rest.remove_prefix(plain.size());
    if (rest.empty()) break;
    terminal_ << rest.front();
    rest.remove_prefix(1);
  }
  return terminal_ ? count : 0;
}

int TerminalOutput::Pieces::sync() {
  terminal_.flush();
  return terminal_ ? 0 : -1;
}

}  // namespace pscheduler::cli
