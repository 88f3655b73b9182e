#pragma once
// The one JSON reader, for request bodies, batch files, configuration and limits (RFC 8259).
//
// It takes a whole text, works in linear time without recursion, bounds size, depth and number of values, and
// says line and column of what it refuses. Duplicate member names are accepted, the last one wins. Strings
// are checked to be UTF-8; "\u0000" is a character like any other. Refused in every dialect: a byte-order
// mark, trailing commas, comments as in C, raw control characters in strings, lone surrogates, text after the
// value.

#include <cstddef>
#include <optional>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::json {

// What becomes of object members whose name begins with '#', at every depth. Array items are never comments.
enum class Comments { drop, keep };

// limits: as limits files are read: NaN, Infinity and -Infinity are numbers, an integer beyond 64 bits
// becomes floating point, a number beyond floating point becomes infinite. strict: all of these are refused.
enum class Dialect { strict, limits };

// Deeper documents are never read whatever the options say: those who walk values do it by recursion.
inline constexpr int kDepthCeiling = 500;

struct ReadOptions {
  std::size_t bytes_max = std::size_t{16} << 20;  // above the largest tool results seen, below what hurts
  int depth_max = 100;                            // objects and arrays within each other
  std::size_t values_max = 1'000'000;             // objects, arrays and scalars; each takes 16 bytes and more
  Comments comments = Comments::drop;
  Dialect dialect = Dialect::strict;
};

// The value in the text. Errors: too_large beyond bytes_max or values_max, else invalid_argument with
// "line L, column C: found … where … was expected".
Result<Json> read(std::string_view text, const ReadOptions& options = {});

// Both count from 1; columns are characters, not bytes.
struct Location {
  std::size_t line = 1;
  std::size_t column = 1;
  bool operator==(const Location&) const = default;
};

// Where the value at a JSON pointer (RFC 6901) begins; of duplicate members the last. It scans the text
// again, so that reading costs nothing. Empty when the text is malformed or has no such value.
std::optional<Location> locate(std::string_view text, std::string_view pointer);

}  // namespace pscheduler::json
