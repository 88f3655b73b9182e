#pragma once
// A test: what may be asked for, by whom it is run, and how it is shown (spec plugins.md, 5).
// The table of options gives cli-to-spec and spec-to-cli, the schemas spec-is-valid; the rest are functions.
// Each may rely on a spec that its schema accepts, `format_result` also on a result that succeeded and fits
// the result's schema.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/model/scheduling_class.hpp"
#include "pscheduler/plugin_sdk/identity.hpp"
#include "pscheduler/plugin_sdk/options.hpp"
#include "pscheduler/plugin_sdk/report.hpp"

namespace pscheduler::sdk {

struct ParticipantList {
  std::vector<std::optional<std::string>>
      hosts;                     // in role order; only the first may be absent: the node asked
  std::string_view null_reason;  // why it is absent, for a person
};

struct TestPlugin {
  Identity identity;
  SchedulingClass scheduling_class = SchedulingClass::background;
  CommandLine command_line;

  // The text of a JSON document {"versions": [schema of version 1, of version 2, …]}, each a draft-7 schema
  // that may refer to the dictionary as "#/pScheduler/Host".
  std::string_view (*spec_schema)() = nullptr;
  std::string_view (*result_schema)() = nullptr;

  // What the schema cannot say, asked of a spec that fits it; the error is worded as the schema's are
  // ("At /flip: …"). Absent: the schema says everything.
  Result<void> (*check_spec)(const Json& spec) = nullptr;

  Result<ParticipantList> (*participants)(const Json& spec) = nullptr;
  bool (*asks_around)() = nullptr;  // whether participants asks other hosts, which `serve` has no time for

  Report (*describe_spec)(const Json& spec) = nullptr;
  std::string (*format_result)(MimeType type, const Json& spec, const Json& result) = nullptr;
};

// The usual rule for one participant: the first of these fields that the spec has, else the node asked. A
// field that holds an array gives all of its hosts.
ParticipantList lead_from(const Json& spec, std::span<const std::string_view> fields,
                          std::string_view null_reason);

}  // namespace pscheduler::sdk
