#pragma once
// The parts of a run's text that are made from the run object alone: state, error, diagnostics, archivings
// (spec cli.md, 5). Every part ends with a newline.

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

enum class RunOutcome { never_started, unfinished, given_up, succeeded, failed };

// What the state and the merged result of a run come to.
RunOutcome outcome_of(const Json& run);

// For a run that has no formatted result: what became of it, with its error and diagnostics when it failed.
std::string outcome_text(const Json& run);

// Why a run failed, in its first line; empty for one that did not, or whose server does not tell.
std::string failure_line(const Json& run);

// Clocks that disagree, the limits' words, and each participant's error and diagnostics; not those of the
// only participant of a failed run when outcome_text() has them already.
std::string diagnostics_text(const Json& run);

// For a run as another participant than the lead serves it, which has no merged result: its URL at the lead;
// empty when this server leads, or does not name the lead.
std::string url_at_lead(const Json& run);

// Where the result went: every attempt of every archiver.
std::string archivings_text(const Json& run);

}  // namespace pscheduler::cli
