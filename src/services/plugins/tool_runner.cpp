#include "services/plugins/tool_runner.hpp"

#include <nlohmann/json.hpp>

#include "pscheduler/ports/messages.hpp"
#include "services/plugins/call_environment.hpp"
#include "services/plugins/documents.hpp"
#include "services/plugins/run_document.hpp"
#include "services/plugins/run_outcome.hpp"
#include "services/plugins/run_output.hpp"

namespace pscheduler::services {
namespace {

// A run's own directory; it goes when the run does, however that ends.
class RunDirectory {
 public:
  RunDirectory(ports::Files& files, std::filesystem::path path) : files_(files), path_(std::move(path)) {}
  RunDirectory(const RunDirectory&) = delete;
  RunDirectory& operator=(const RunDirectory&) = delete;
  ~RunDirectory() { files_.remove_tree(path_); }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  ports::Files& files_;
  std::filesystem::path path_;
};

std::size_t run_bytes_max(const PluginLimits& limits, Results results, Duration time_limit) {
  if (results == Results::one) return limits.output_bytes_max;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(time_limit).count();
  return limits.output_bytes_max + static_cast<std::size_t>(seconds) * limits.stream_bytes_per_second;
}

std::vector<ContextStage> stages_of(const std::vector<EntryPointer>& contexts, const Json& listed) {
  std::vector<ContextStage> stages;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    const auto data = listed[i].find("data");
    const bool absent = data == listed[i].end() || data->is_null();
    stages.push_back({contexts[i]->method(Method::change), absent ? "{}" : write_document(*data)});
  }
  return stages;
}

}  // namespace

// Makes what the process needs in `directory`; the limits of time and output are left to the caller.
Result<ports::ProcessSpec> ToolRunner::prepare(const CatalogueEntry& tool,
                                               const std::vector<EntryPointer>& contexts, const ToolRun& run,
                                               const std::filesystem::path& directory) {
  // Apart from the scripts, so that the tool finds its directory empty.
  const auto scratch = directory / "tmp";
  PSCHEDULER_TRY(files_.make_directory(scratch));
  ports::ProcessSpec spec;
  spec.environment = call_environment(scratch, run.lead_bind);
  const std::string input = run_document(run);
  if (contexts.empty()) {
    spec.program = tool.method(Method::run);
    spec.input = input + "\n";
    return spec;
  }
  std::vector<std::filesystem::path> paths;
  for (std::size_t i = 0; i <= contexts.size(); ++i)
    paths.push_back(directory / ("stage-" + std::to_string(i)));
  const auto scripts = chain_scripts(stages_of(contexts, *run.contexts), paths, tool.method(Method::run),
                                     input, spec.environment);
  for (std::size_t i = 0; i < scripts.size(); ++i)
    PSCHEDULER_TRY(files_.write_new_file(paths[i], scripts[i], ports::FileMode::private_program));
  spec.program = paths.front();
  return spec;
}

ports::Async<ToolOutcome> ToolRunner::run(EntryPointer tool, std::vector<EntryPointer> contexts,
                                          Results results, ToolRun run) {
  const PluginLimits& limits = options_.limits;
  auto made = files_.make_private_directory(options_.temporary_directory, "pscheduler-run-");
  if (!made) co_return not_started(run, made.error().message);
  const RunDirectory directory(files_, std::move(*made));
  auto prepared = prepare(*tool, contexts, run, directory.path());
  if (!prepared) co_return not_started(run, prepared.error().message);

  const auto drop = [this, &run](const std::string& why) {
    log_.write(ports::kPluginRecordDropped, {{"tool", run.tool}, {"task", run.task_uuid}, {"reason", why}});
  };
  const auto deliver = [&run](std::shared_ptr<const Json> record) {
    if (run.on_record) run.on_record(std::move(record));
  };
  RunOutput output(limits.output_bytes_max, limits.record_bytes_max, deliver, drop);
  prepared->time_limit = run.time_limit;
  prepared->output_bytes_max = run_bytes_max(limits, results, run.time_limit);
  prepared->errors_bytes_max = limits.errors_bytes_max;
  prepared->on_output = [&output](std::string_view bytes) { output.take(bytes); };

  if (run.started_ahead_at) co_await clock_.sleep_until(*run.started_ahead_at);
  auto outcome = co_await processes_.run(std::move(*prepared));
  if (!outcome) co_return not_started(run, outcome.error().message);
  output.finish();
  co_return classify_run(run, results, std::move(*outcome), output, limits);
}

}  // namespace pscheduler::services
