#pragma once
// Tasks and runs as JSON, as the API shows them and archivers are given them (spec api.md 10.3, 11.1): times
// in the zone, nothing hidden, no links.

#include <map>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/host_facts.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

// Stored text as a value; null where there is none.
Json stored_value(const JsonText& text);

// The document as posted, with the tool filled in.
Json task_document(const Task& task);

// What this node knows of the task beside its document: the member `detail`.
Json task_detail(const Task& task, const Zone& zone);

Json run_value(const Task& task, const ports::StoredRun& stored, const Zone& zone);

// result-full: the results by number of participant, null where there is none.
JsonText result_full(const Task& task, const std::map<int, JsonText>& results);

// The Clock object (spec api.md 8).
Json clock_value(const ports::ClockState& state, const Zone& zone);

}  // namespace pscheduler::services
