#pragma once
// A tool's `run`: private directory, contexts, punctual start, streamed results, and what became of it
// (spec plugins.md 6.4, 6.6, 8.2; scheduling.md 9.2 to 9.4).

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/files.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/processes.hpp"
#include "services/plugins/catalogue.hpp"

namespace pscheduler::services {

// Whether the class of the test lets the tool stream results and end without a document.
enum class Results { one, streamed };

class ToolRunner {
 public:
  ToolRunner(ports::Clock& clock, ports::Processes& processes, ports::Files& files, ports::Log& log,
             const PluginHostOptions& options)
      : clock_(clock), processes_(processes), files_(files), log_(log), options_(options) {}

  // `contexts` belong to run.contexts, in their order.
  ports::Async<ToolOutcome> run(EntryPointer tool, std::vector<EntryPointer> contexts, Results results,
                                ToolRun run);

 private:
  Result<ports::ProcessSpec> prepare(const CatalogueEntry& tool, const std::vector<EntryPointer>& contexts,
                                     const ToolRun& run, const std::filesystem::path& directory);

  ports::Clock& clock_;
  ports::Processes& processes_;
  ports::Files& files_;
  ports::Log& log_;
  const PluginHostOptions& options_;
};

}  // namespace pscheduler::services
