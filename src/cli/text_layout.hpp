#pragma once
// Text for people: wrapping, indenting, quoting, columns.

#include <string>
#include <string_view>
#include <vector>

namespace pscheduler::cli {

// Lines of at most `width` characters, broken at blanks; lines after the first begin with `hang` blanks. A
// word longer than a line stays whole. No newline at the end.
std::string wrap(std::string_view text, std::size_t width, std::size_t hang);

// Every line with `columns` blanks before it; empty lines stay empty. No newline at the end.
std::string indent(std::string_view text, std::size_t columns = 2);

// A word as the shell would need it typed.
std::string shell_quote(const std::string& word);
std::string shell_quote(const std::vector<std::string>& words);

// Names in columns, filled from top to bottom, on a page of `page_width`, each line begun by `margin` blanks.
// Longer names make wider columns. Ends with a newline.
std::string in_columns(const std::vector<std::string>& names, std::size_t columns, std::size_t page_width,
                       std::size_t margin);

// "A", "A and B", "A, B, and C"
std::string enumerate(const std::vector<std::string>& names);

// Characters, not bytes.
std::size_t columns_of(std::string_view text);

// Exactly `columns` characters: filled with blanks, or cut with a '+' as the last one. What could move a
// cursor becomes a '?'.
std::string fit(std::string_view text, std::size_t columns);

// At least `width` characters, filled with blanks on the right.
std::string pad(std::string_view text, std::size_t width);

}  // namespace pscheduler::cli
