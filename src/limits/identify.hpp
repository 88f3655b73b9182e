#pragma once
// Whether a requester matches an identifier (spec limits.md, 4).

#include <optional>

#include "limits/fact_book.hpp"
#include "pscheduler/limits/rules.hpp"

namespace pscheduler::limits {

struct IdentifyContext {
  std::shared_ptr<const Json> hints;
  const LocalNetworks& local;
  FactBook& facts;
};

// Nothing while facts are missing. An error is an identifier that cannot be evaluated, which does not match.
// `index` is its place among the identifiers.
std::optional<Result<bool>> identify(const Identifier& identifier, std::size_t index,
                                     const IdentifyContext& context);

}  // namespace pscheduler::limits
