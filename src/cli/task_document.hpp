#pragma once
// The task document that `pscheduler task` makes of its options and of what was imported (spec
// cli.md, 3.3, 3.4).

#include <string>

#include "cli/task_order.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

// Everything but what the test's own options say. `test.type` is settled, `test.spec` is an object. Fails
// when the import cannot be read or is no task, when no type is named anywhere, and for JSON options that are
// no JSON.
Result<Json> build_task(Context& context, const TaskOrder& order);

// Lays the converted options over the task's spec, member by member; the higher schema stays.
void merge_spec(Json& task, const Json& converted);

// The text --export prints.
std::string export_text(const Json& task, ExportFormat format);

}  // namespace pscheduler::cli
