#pragma once
// How `pscheduler archiving` shows where results go, and finds what the user means; from the documents of
// /stat/archiving/destinations and /stat/archiving/failed (docs/api.md).

#include <cstddef>
#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::cli {

// A table with a line for each destination, those in trouble first, and below it what was wrong last, in the
// words of its archiver, wrapped to `width`.
std::string destinations_text(const Json& destinations, Instant now, std::size_t width);

// What was given up: when, where to, after how many attempts, the URL of the run, and why.
std::string failures_text(const Json& failures, std::size_t width);

// The id of the destination that the user names by the beginning of its id, its label or, where it has only
// one, its archiver. not_found or invalid_argument with what there is.
Result<std::string> destination_id(const Json& destinations, const std::string& name);

}  // namespace pscheduler::cli
