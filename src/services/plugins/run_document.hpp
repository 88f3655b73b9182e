#pragma once
// The texts a tool's `run` is started with: its input, and the scripts that lead to it through contexts.
// Pure.

#include <filesystem>
#include <string>
#include <vector>

#include "pscheduler/services/plugins.hpp"

namespace pscheduler::services {

// What `run` reads on stdin (plugins.md 6.4), one line. A start on a whole second is written as such; our own
// exact starts carry microseconds. Always in UTC with `Z`: without a zone the shipped plug-ins crash.
std::string run_document(const ToolRun& run);

struct ContextStage {
  std::filesystem::path change;  // the context's method
  std::string data;              // a document on one line
};

// The shell scripts of a chain (plugins.md 8.2): for n contexts n + 1 of them, to be written to `scripts` (as
// many paths). Each executes its context's `change` with a here-document that names the next one; the last
// executes `run` with its input. `environment` is set again in each, because sudo in a context clears it.
std::vector<std::string> chain_scripts(const std::vector<ContextStage>& contexts,
                                       const std::vector<std::filesystem::path>& scripts,
                                       const std::filesystem::path& run, const std::string& run_input,
                                       const std::vector<std::pair<std::string, std::string>>& environment);

}  // namespace pscheduler::services
