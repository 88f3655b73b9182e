#pragma once
// Plug-ins that do what the test has written down, and a log of what was asked of them.
//
// Tests: background, normal, exclusive and multi, one of each scheduling class; a spec is
// {"seconds": N, "hosts": [..]}: `hosts` are its participants, the first one the lead; without it, there is
// none but the one who was asked. Each has the tool NAME-tool; background has also `reluctant`, which is
// preferred but declines. Archivers `shelf` and `drawer` and context `room` accept {"good": true}.

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/services/archivers.hpp"
#include "pscheduler/services/plugins.hpp"

namespace pscheduler::test {

// What the run method of a tool does.
struct ToolScript {
  std::optional<Duration> ends_after;  // from the scheduled start, or its own when that is later; absent: it
                                       // uses its slot up to its last second
  bool hangs = false;                  // until its time limit
  services::ToolOutcome outcome;       // status 0 and {"succeeded": true, "tool": NAME} unless set
  std::vector<std::pair<Duration, std::string>> records;  // JSON streamed, from the start
};

struct ToolCall {
  Instant at;
  std::string what;  // "start", "end" or "killed"
  std::string tool;
  std::string participant_data;  // of a start, as the tool was given it
  std::string task_uuid = {};
  TimeRange times = {};  // of the run
};

// What an archiver was given, and when.
struct ArchiverCall {
  Instant at;
  std::string archiver;
  Json record;
  std::string destination = {};
};

class ScriptedPlugins final : public services::Plugins, public services::Archivers {
 public:
  ScriptedPlugins(ports::asio::any_io_executor executor, ports::Clock& clock);

  // A further tool for a test, and the sentences with which tools decline tests; "" stands for all of them.
  void add_tool(const std::string& name, const std::string& test, std::int64_t preference);
  std::map<std::string, std::string> declines;

  // Where plug-ins were last told to call other hosts from, by method.
  std::map<std::string, std::string> lead_binds;

  // When given, results and participant data say whose they are: {"node": NODE}.
  std::string node;

  std::map<std::string, ToolScript> scripts;                       // by tool
  std::function<ToolScript(const services::ToolRun&)> script_for;  // instead of `scripts`
  // What a question to a plug-in goes through before it is answered; its error is the answer.
  std::function<ports::AsyncResult<void>(std::string method)> before_answer;
  std::function<void(const ToolCall&)> on_call;            // told of what `calls` keeps
  std::function<Result<Json>(const Json& results)> merge;  // default: {"succeeded": true, "of": results}
  Duration merge_takes{};
  std::function<Result<Json>(int participant)> prepare;  // participant data; default {"for": N}
  bool holds_participant_data = false;                   // it is not given until this is off
  bool tests_vanish_while_described = false;             // as when a package is removed meanwhile
  Duration preparation = std::chrono::milliseconds(100);
  std::vector<ToolCall> calls;
  std::function<Result<services::ArchiverReply>(const ArchiverCall&)> on_archive;  // default: it succeeds
  Duration archiving_takes{};
  std::function<Duration(const ArchiverCall&)> archiving_takes_for;  // instead of it
  std::vector<ArchiverCall> archived;
  int archiving = 0;
  int archiving_most = 0;
  int running = 0;
  int running_most = 0;

  void let_participant_data_go();

  ports::Async<void> take_inventory() override { co_return; }
  [[nodiscard]] const services::Plugin* find(services::PluginClass plugin_class,
                                             const std::string& name) const override;
  [[nodiscard]] std::vector<services::Plugin> list(services::PluginClass plugin_class) const override;
  ports::AsyncResult<Json> cli_to_spec(std::string test, Json arguments) override;
  ports::AsyncResult<std::vector<std::string>> spec_to_cli(std::string test, Json spec) override;
  ports::AsyncResult<services::Validity> spec_is_valid(std::string test, Json spec) override;
  ports::AsyncResult<services::ParticipantList> participants(std::string test, Json spec,
                                                             std::string lead_bind) override;
  ports::AsyncResult<std::string> spec_format(std::string test, std::string mime_type, Json spec) override;
  ports::AsyncResult<std::string> result_format(std::string test, std::string mime_type, Json spec,
                                                Json result) override;
  ports::Async<std::vector<services::ToolOffer>> offers(Json test, std::string lead_bind) override;
  ports::AsyncResult<services::RunLength> duration(std::string tool, Json test) override;
  ports::AsyncResult<Json> participant_data(std::string tool, Json test, int participant) override;
  ports::AsyncResult<Json> merged_results(std::string tool, Json test, Json results) override;
  ports::AsyncResult<services::ToolOutcome> run(services::ToolRun run) override;
  [[nodiscard]] Duration preparation_time(const std::string&) const override { return preparation; }
  ports::AsyncResult<services::Validity> data_is_valid(services::PluginClass plugin_class, std::string name,
                                                       Json data) override;
  ports::AsyncResult<services::ArchiverReply> archive(std::string archiver, std::string destination,
                                                      std::string record) override;

 private:
  void add(services::PluginClass plugin_class, const std::string& name, SchedulingClass scheduling_class,
           const std::string& test, std::int64_t preference);
  void note(const services::ToolRun& run, std::string what, std::string participant_data = {});
  ports::AsyncResult<void> get_through(std::string method);
  ports::Async<void> work(const services::ToolRun& run, const ToolScript& script, bool& in_time);

  ports::Clock& clock_;
  std::vector<services::Plugin> plugins_;
  ports::Event go_on_;
};

}  // namespace pscheduler::test
