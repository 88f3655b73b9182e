#pragma once
// What a method printed, turned into the value it means. Pure. Whatever breaks the contract of
// plugins.md 5 to 8 is plugin_failed with a sentence that names plug-in and method.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "services/plugins/methods.hpp"

namespace pscheduler::services {

// How a method ended and what it printed.
struct MethodOutput {
  int status = 0;      // exit status
  std::string output;  // as printed; empty when there is a document
  std::string errors;
  std::shared_ptr<const Json> document =
      nullptr;  // what a native method answered, without the detour over text
};

Result<Json> read_spec(const CallName& call, const MethodOutput& output);  // refusal: invalid_argument
Result<std::vector<std::string>> read_command_line(const CallName& call, const MethodOutput& output);
Result<Validity> read_validity(const CallName& call, const MethodOutput& output);
Result<ParticipantList> read_participants(const CallName& call, const MethodOutput& output);
Result<std::string> read_text(const CallName& call, const MethodOutput& output);
Result<CanRun> read_can_run(const CallName& call, const MethodOutput& output);
Result<RunLength> read_duration(const CallName& call, const MethodOutput& output);
Result<Json> read_participant_data(const CallName& call, const MethodOutput& output);
Result<Json> read_merged_result(const CallName& call, const MethodOutput& output);

// What `enumerate` printed in the directory call.plugin. The error's message is the plug-in's problem.
Result<Plugin> read_enumeration(const CallName& call, const MethodOutput& output);

}  // namespace pscheduler::services
