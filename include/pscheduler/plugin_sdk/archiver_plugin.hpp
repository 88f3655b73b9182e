#pragma once
// An archiver: takes results away, one after another, in a process that stays (spec plugins.md, 7).

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/identity.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::sdk {

struct ArchiveReply {
  bool succeeded = false;
  std::string error;              // why not
  std::optional<Duration> retry;  // try again after this; absent: given up
};

struct ArchiverPlugin {
  Identity identity;

  // Whether the `data` of an archive spec is usable; an error says what is wrong with it. Must be quick.
  Result<void> (*check_data)(const Json& data) = nullptr;

  // One record with `data`, `result`, `attempts` …, as the specification lists them. Called for one at a
  // time; keep connections in a static inside it if need be, the process serves many records. Absent where
  // another program installed for this plug-in does it.
  ArchiveReply (*archive)(const Json& record) = nullptr;

  // Members of the data that may be a jq transform instead of a text. The daemon runs it on what is archived
  // and gives `archive` the text that came of it.
  std::span<const std::string_view> transforms{};
};

}  // namespace pscheduler::sdk
