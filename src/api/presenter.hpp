#pragma once
// Tasks and runs as the API shows them (spec api.md 10.3, 11.1).

#include <vector>
#include "access.hpp"
#include "call.hpp"

#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::api {

std::string task_url(const Call& call, TaskId task);
std::string run_url(const Call& call, TaskId task, RunId run);

// The document as stored, with what this node knows of it under `detail`; no links.
Json task_object(const Call& call, const Task& task, bool with_detail, Privacy privacy);

// Adds the links to an object that task_object() has made.
void add_task_links(const Call& call, const Task& task, Json& object);

// Whole seconds, as the wire knows them: a start is truncated, an end rounded up. What has no length, such as
// a streamed result, keeps none.
TimeRange shown_times(const TimeRange& times);

// `archivings` are those of the run; without any, the object has no such member.
Json run_object(const Call& call, const Task& task, const ports::StoredRun& stored,
                const std::vector<Archiving>& archivings, Privacy privacy);

// The life of a run: {"time", "from", "to", "reason", "actor"}, oldest first; times with microseconds, `from`
// of the first is null. Clients of 5.2 ignore it.
Json history_array(const Call& call, const std::vector<StateChange>& history);

// Stored text as a value; null where there is none.
Json from_stored(const JsonText& text);

}  // namespace pscheduler::api
