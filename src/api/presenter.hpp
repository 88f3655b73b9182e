#pragma once
// Tasks and runs as the API shows them (spec api.md 10.3, 11.1).

#include "access.hpp"
#include "call.hpp"
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

Json run_object(const Call& call, const Task& task, const ports::StoredRun& stored, Privacy privacy);

// Stored text as a value; null where there is none.
Json from_stored(const JsonText& text);

}  // namespace pscheduler::api
