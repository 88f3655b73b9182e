#pragma once
// What a person reads of a spec or a result: lines, labelled values, sections and tables, written once and
// rendered as text or HTML (spec tests.md 1.2). HTML is one table per block with every value escaped.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

enum class MimeType { text_plain, text_html };

std::optional<MimeType> parse_mime_type(std::string_view name);

class Report {
 public:
  Report& line(std::string text);                            // a line or paragraph by itself
  Report& field(std::string_view label, std::string value);  // neighbours are aligned
  Report& section(std::string title);                        // what follows belongs to it, until close()
  Report& close();
  Report& table(std::vector<std::string> headings, std::vector<std::vector<std::string>> rows);

  [[nodiscard]] std::string render(MimeType type) const;

 private:
  enum class Kind { line, fields, section, table };
  struct Block {
    Kind kind;
    bool indented = false;
    std::string text;                                         // line, section
    std::vector<std::pair<std::string, std::string>> fields;  // fields
    std::vector<std::string> headings;                        // table
    std::vector<std::vector<std::string>> rows;
  };
  [[nodiscard]] std::string render_text() const;
  [[nodiscard]] std::string render_html() const;

  std::vector<Block> blocks_;
  bool inside_section_ = false;
};

// With &, <, >, " and ' as entities.
std::string escape_html(std::string_view text);

// Words for a length of time: "1 minute 30 seconds", "250 milliseconds", "0 seconds".
std::string human_duration(Duration length);
// The same for an ISO 8601 text, which is given back as it is when it is none.
std::string human_duration(std::string_view iso8601);

// A scalar as a person writes it (True, False, numbers, text), any other value as JSON, and "Not Specified"
// for a value that is not there.
std::string human_value(const Json* value);

}  // namespace pscheduler::sdk
