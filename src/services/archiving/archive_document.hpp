#pragma once
// What an archiver is given (spec scheduling.md 11.4).

#include <optional>
#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/archiving.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/time/zone.hpp"

namespace pscheduler::services {

// The links of one document.
struct ArchiveLinks {
  std::string task;
  std::string run;
};

// `root` is https://HOST/pscheduler.
ArchiveLinks archive_links(const std::string& root, TaskId task, RunId run);

// The member `result` before any transform. Private members of the task are null in it; those of the results
// are not. `tool_version` is null when it is not known.
Json archived_result(const Task& task, const ports::StoredRun& stored, const Json& tool_version,
                     const ArchiveLinks& links, const Zone& zone);

// The whole document on one line, with the data as they are. It has a member "from-outside", true, when the
// task was asked for from another host: an archiver then keeps it away from what belongs to this one. Default
// archives are this host's own wish, whoever asked for the task.
std::string archive_record(const Json& data, const Archiving& archiving, const Hints& hints, Json result,
                           const ArchiveLinks& links, const Zone& zone);

// How long a run of the task is kept after its last archiving, where the task says so.
std::optional<Duration> keep_after_archive(const Task& task);

}  // namespace pscheduler::services
