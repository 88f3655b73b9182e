#pragma once
// One archive specification of a task, taken apart (spec api.md 10.1, scheduling.md 11.2, 11.4).

#include <memory>
#include <optional>
#include <string>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/run_state.hpp"
#include "pscheduler/ports/scripts.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

// What is done to a result before it is sent.
struct ArchiveTransform {
  ports::Script script;                   // its variables are the members of `arguments`
  std::shared_ptr<const Json> arguments;  // an object
  bool output_raw = false;                // all outputs as one text
};

// Which runs, by their final state.
enum class ArchivedRuns { succeeded, failed, all };

struct ArchiveSpec {
  std::string archiver;
  std::shared_ptr<const Json> data;
  std::optional<ArchiveTransform> transform;
  std::optional<Duration> ttl;  // from the end of the run; absent: no limit
  ArchivedRuns runs = ArchivedRuns::succeeded;
  std::string uri_host;  // host[:port] for the links in what is sent; empty: this node's
  std::string label;     // for the log; may be empty
};

// Takes a document that follows the schema; what is missing or malformed counts as absent.
ArchiveSpec read_archive_spec(const Json& document);

// Whether a run that ends like this, with a result, is to be archived.
bool wants(ArchivedRuns runs, RunState state);

std::string_view name_of(ArchivedRuns runs);  // "succeeded" …

}  // namespace pscheduler::services
