#pragma once
// The plug-in host: which plug-ins this node has, and every call of their methods (spec plugins.md).
//
// A call either follows the plug-in's contract or is an Error: plugin_failed (the sentence names plug-in and
// method, the detail its output), timed_out, unavailable, not_found (no such plug-in). No plug-in, whatever
// it does, holds up or harms anything but its own call.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "pscheduler/ports/async.hpp"
#include "pscheduler/ports/processes.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::services {

enum class PluginClass { test, tool, archiver, context };

// One plug-in of the inventory.
struct Plugin {
  PluginClass plugin_class = PluginClass::test;
  std::string name;
  std::string version;
  std::shared_ptr<const Json> enumeration;                         // as its `enumerate` printed it
  SchedulingClass scheduling_class = SchedulingClass::background;  // tests
  std::vector<std::string> tests;                                  // tools
  std::int64_t preference = 0;                                     // tools
  std::string problem;  // why it cannot be used, for a person; empty when it can
};

// The answer of spec-is-valid and data-is-valid.
struct Validity {
  bool valid = false;
  std::string error;
};

struct ParticipantList {
  std::vector<std::optional<std::string>> participants;  // only the first may be absent: "this node"
  std::string null_reason;
};

struct CanRun {
  bool can_run = false;
  std::vector<std::string> reasons;
};

struct ToolOffer {
  Plugin tool;
  CanRun answer;
};

struct RunLength {
  Duration duration{};  // whole seconds, at least one
  Duration post{};
};

// Everything `run` is told (plugins.md 6.4), and how to watch it.
struct ToolRun {
  std::string tool;
  std::string task_uuid;
  TimeRange times;
  std::shared_ptr<const Json> test;
  int participant = 0;
  std::shared_ptr<const Json> participant_data;  // array of all, or null
  std::shared_ptr<const Json> contexts;          // this participant's list, outermost first; null when none
  std::optional<Instant> started_ahead_at;       // when the process is to be started; absent: now
  Duration time_limit{};                         // from its start
  std::string lead_bind;                         // as with participants()
  std::function<void(std::shared_ptr<const Json>)> on_record;  // each streamed result that follows the rules
};

struct ToolOutcome {
  ports::ProcessEnd end = ports::ProcessEnd::exited;
  int status = 0;                      // as the run shows it: exit status, 2 for a deadline
  std::shared_ptr<const Json> output;  // the local result; null when there is none or it is not JSON
  std::string errors;                  // stderr
  std::string failure;  // a sentence when the outcome is a failure by itself: signal, deadline,
                        // flood, no or bad JSON, start failed; empty otherwise
  std::string diags;    // what it printed, bounded, when failure is set
};

class Plugins {
 public:
  virtual ~Plugins() = default;

  // Lists the class roots and asks every plug-in to enumerate itself; a broken one is kept with its problem.
  virtual ports::Async<void> take_inventory() = 0;

  // A usable plug-in, else null. Not to be kept over a co_await: the next inventory ends its life.
  [[nodiscard]] virtual const Plugin* find(PluginClass plugin_class, const std::string& name) const = 0;
  [[nodiscard]] virtual std::vector<Plugin> list(PluginClass plugin_class) const = 0;  // usable ones, by name

  // Those with a problem, by name; without enumeration.
  [[nodiscard]] virtual std::vector<Plugin> unusable(PluginClass plugin_class) const {
    static_cast<void>(plugin_class);
    return {};
  }

  // Tests.
  virtual ports::AsyncResult<Json> cli_to_spec(std::string test,
                                               Json arguments) = 0;  // refusal: invalid_argument
  virtual ports::AsyncResult<std::vector<std::string>> spec_to_cli(std::string test, Json spec) = 0;
  virtual ports::AsyncResult<Validity> spec_is_valid(std::string test, Json spec) = 0;
  // `lead_bind`: the address of this host that those plug-ins call from which ask other hosts; empty: any.
  virtual ports::AsyncResult<ParticipantList> participants(std::string test, Json spec,
                                                           std::string lead_bind) = 0;
  virtual ports::AsyncResult<std::string> spec_format(std::string test, std::string mime_type, Json spec) = 0;
  virtual ports::AsyncResult<std::string> result_format(std::string test, std::string mime_type, Json spec,
                                                        Json result) = 0;

  // Tools. Offers are by preference, then name; a tool that breaks is a refusal with its reason. `lead_bind`
  // as with participants().
  virtual ports::Async<std::vector<ToolOffer>> offers(Json test, std::string lead_bind) = 0;
  virtual ports::AsyncResult<RunLength> duration(std::string tool, Json test) = 0;
  virtual ports::AsyncResult<Json> participant_data(std::string tool, Json test, int participant) = 0;
  virtual ports::AsyncResult<Json> merged_results(std::string tool, Json test, Json results) = 0;
  virtual ports::AsyncResult<ToolOutcome> run(ToolRun run) = 0;

  // How long before the scheduled start a tool's process should be started to be ready on time; measured.
  [[nodiscard]] virtual Duration preparation_time(const std::string& tool) const = 0;

  // Archivers and contexts.
  virtual ports::AsyncResult<Validity> data_is_valid(PluginClass plugin_class, std::string name,
                                                     Json data) = 0;
};

}  // namespace pscheduler::services
