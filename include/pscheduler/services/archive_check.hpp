#pragma once
// Whether this node can archive as a specification wants: it has the archiver, which takes the data, and the
// transform compiles (spec archivers-contexts.md 1.4).

#include <string>

#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/services/archive_spec.hpp"
#include "pscheduler/services/plugins.hpp"

namespace pscheduler::services {

// The sentence of an error begins with "At " and where it is: `where` is the JSON pointer of the
// specification. invalid_argument: it cannot; any other: that could not be found out now.
ports::AsyncResult<void> check_archive(Plugins& plugins, ports::Scripts& scripts, const ArchiveSpec& archive,
                                       std::string where);

}  // namespace pscheduler::services
