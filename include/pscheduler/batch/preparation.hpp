#pragma once
// From a document to the tasks that will be posted: all of them, before the first one is.

#include <vector>

#include "pscheduler/batch/document.hpp"
#include "pscheduler/batch/jq.hpp"

namespace pscheduler::batch {

// For each job the task of each iteration; none for jobs that are not enabled.
using Plan = std::vector<std::vector<Json>>;

// Whether every program of the document compiles; of jobs that are not enabled only continue-if matters.
Problems check_scripts(const Document& document, Jq& jq);

// The same for the continue-if of all jobs alone.
Problems check_conditions(const Document& document, Jq& jq);

// Applies the transforms, checks that tasks came of it, and removes what a batch decides itself from their
// schedules. The problems are of all jobs; one that is the same in many iterations is told once.
Checked<Plan> prepare(const Document& document, Jq& jq);

// Whether the jobs after this one are to be run, by its results.
Checked<bool> goes_on(const Document& document, std::size_t job, const Json& results, Jq& jq);

}  // namespace pscheduler::batch
