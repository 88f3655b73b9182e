// minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf.

#include <cmath>
#include <cstdint>

#include "compare.hpp"
#include "pscheduler/json/access.hpp"
#include "schema_compiler.hpp"
#include "schema_keywords.hpp"

namespace pscheduler::json {
namespace {

struct Bound {
  std::string_view keyword;
  bool (*fits)(int order);  // of the value compared with the bound
  std::string_view said;
};

constexpr Bound kMinimum{"minimum", [](int order) { return order >= 0; },
                         " is too small: the least allowed is "};
constexpr Bound kMaximum{"maximum", [](int order) { return order <= 0; },
                         " is too large: the most allowed is "};
constexpr Bound kAbove{"exclusiveMinimum", [](int order) { return order > 0; },
                       " is too small: it must be above "};
constexpr Bound kBelow{"exclusiveMaximum", [](int order) { return order < 0; },
                       " is too large: it must be below "};

template <const Bound& bound>
Keyword bound_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const limit = compiler.number(schema, std::string(bound.keyword));
  if (limit == nullptr) return {};
  return [limit = *limit](const Json& value, Checker& checker) {
    if (!value.is_number() || bound.fits(compare(value, limit))) return true;
    return checker.fail(bound.keyword,
                        [&] { return checker.shown(value) + std::string(bound.said) + describe(limit); });
  };
}

// Floating point is judged with the tolerance of its own error: 0.0075 is a multiple of 0.0001.
bool is_multiple(const Json& value, const Json& divisor) {
  constexpr double kTolerance = 1e-9;
  const auto whole = as_integer(value);
  const auto step = as_integer(divisor);
  if (whole && step) return *step == -1 || *whole % *step == 0;
  const double quotient = value.get<double>() / divisor.get<double>();
  return std::isfinite(quotient) && std::fabs(quotient - std::round(quotient)) < kTolerance;
}

Keyword multiple_keyword(const Json& schema, SchemaCompiler& compiler) {
  const Json* const divisor = compiler.number(schema, "multipleOf");
  if (divisor == nullptr) return {};
  if (compare(*divisor, Json(0)) <= 0) {
    compiler.refuse("multipleOf", "must be above 0, not " + describe(*divisor));
    return {};
  }
  return [divisor = *divisor](const Json& value, Checker& checker) {
    if (!value.is_number() || is_multiple(value, divisor)) return true;
    return checker.fail("multipleOf",
                        [&] { return checker.shown(value) + " is not a multiple of " + describe(divisor); });
  };
}

}  // namespace

std::vector<KeywordFactory> number_keywords() {
  return {bound_keyword<kMinimum>, bound_keyword<kMaximum>, bound_keyword<kAbove>, bound_keyword<kBelow>,
          multiple_keyword};
}

}  // namespace pscheduler::json
