#pragma once
// Archivers at work: results handed to the processes of archivers, which stay (spec plugins.md 7.2,
// scheduling.md 11.5). Whether the data of an archive specification are valid is asked through Plugins.

#include <memory>
#include <optional>
#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

// The answer of an archiver to one record.
struct ArchiverReply {
  bool succeeded = false;
  std::string error;                     // why not; empty when it did not say
  std::optional<Duration> retry;         // it wants the record again after this; absent: never
  std::shared_ptr<const Json> document;  // all it said, an object
};

class Archivers {
 public:
  virtual ~Archivers() = default;

  // Gives one record, a JSON document on one line, to a process of the archiver and waits for its answer; in
  // turn when all its processes are busy. A process that dies or is late is replaced and the record given
  // anew, three times in all. Records for the same destination go to the same processes where they can, which
  // may keep connections to it. Errors: plugin_failed or timed_out (the archiver broke the rules or died too
  // often; the same record will not do better), not_found (there is no such archiver), unavailable (this node
  // has no room for it now).
  virtual ports::AsyncResult<ArchiverReply> archive(std::string archiver, std::string destination,
                                                    std::string record) = 0;
};

}  // namespace pscheduler::services
