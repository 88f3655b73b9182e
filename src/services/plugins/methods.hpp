#pragma once
// Every method the host calls, and what holds for each (spec plugins.md 2.2 and 3). A table, so that no call
// can be made without a deadline.

#include <string>
#include <string_view>

#include "pscheduler/services/plugins.hpp"
#include "pscheduler/services/plugins_options.hpp"

namespace pscheduler::services {

enum class Method {
  enumerate,
  cli_to_spec,
  spec_to_cli,
  spec_is_valid,
  participants,
  spec_format,
  result_format,
  can_run,
  duration,
  participant_data,
  run,
  merged_results,
  data_is_valid,
  archive,
  change,
};

inline constexpr int kMethodCount = 15;

// Which of PluginLimits' deadlines applies; `of_run` comes with each run.
enum class Deadline { inventory, quick, ordinary, of_record, of_run };

// Whether an answer may be given again for the same input. `briefly`: it also depends on the host.
enum class Reuse { never, briefly, while_installed };

struct MethodTraits {
  Method method;
  std::string_view name;  // of the executable
  Deadline deadline;
  Reuse reuse;
};

const MethodTraits& traits(Method method);

// The deadline of a method; zero for those of a run.
Duration time_limit(Method method, const PluginLimits& limits);

// "test", "tool" …: the directory below a class root, and the word in messages.
std::string_view class_name(PluginClass plugin_class);

inline constexpr PluginClass kPluginClasses[] = {PluginClass::test, PluginClass::tool, PluginClass::archiver,
                                                 PluginClass::context};

// Who was asked what.
struct CallName {
  PluginClass plugin_class;
  std::string plugin;
  Method method;

  // The beginning of a sentence: "The test rtt (spec-is-valid)".
  [[nodiscard]] std::string subject() const;
};

}  // namespace pscheduler::services
