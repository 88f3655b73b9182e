#pragma once
// The dialogue that brings a task to its lead (spec cli.md, 3.5-3.7): the assist reads the test's options and
// names the participants, the lead takes the task.

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::cli {

struct Assist {
  std::string host;
  bool is_local = false;
  std::optional<std::string> bind;
};

// --assist, PSCHEDULER_ASSIST or this host; fails unless its root answers.
Result<Assist> find_assist(Context& context, const CommandLine& line);

// Lets the assist turn the test's options into its spec and lays that over the task's. Answers the help to
// show instead when the options asked for help.
Result<std::optional<std::string>> convert_options(Context& context, const Assist& assist,
                                                   const Words& options, Json& task);

struct Lead {
  std::string host;
  std::vector<std::string> others;  // participants it will ask
};

// The first participant, by the assist's word; fails unless pScheduler runs there.
Result<Lead> find_lead(Context& context, const Assist& assist, const Json& task);

// The URL of the task the lead has made. Fails with the words of whoever did not take it.
Result<std::string> post_task(Context& context, const Lead& lead, const Json& task, const CallOptions& call);

}  // namespace pscheduler::cli
