#pragma once
// Whole numbers with a decimal or binary unit (spec tests.md 2, SINumber).

#include <cstdint>
#include <optional>
#include <string_view>

namespace pscheduler {

// "1500", "10M", "1.5 g", "4Ki"; what is left below one is cut off. Nothing for any other text and beyond 64
// bits.
std::optional<std::int64_t> parse_si(std::string_view text);

}  // namespace pscheduler
