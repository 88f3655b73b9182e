#pragma once
// The usual shape of what a tool's `run` prints, and of merged results (spec plugins.md 6.4 and 6.5).

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::sdk {

// Diagnostics beyond this are cut at a line: they are kept with every run.
inline constexpr std::size_t kDiagsBytesMax = 64u << 10;
std::string cut_diags(const std::string& text);

// {"schema":1,"succeeded":true,"result":…,"error":null,"diags":…}
Json succeeded_run(Json result, const std::string& diags);

// {"schema":1,"succeeded":false,"result":null,"error":…,"diags":…}
Json failed_run(const std::string& error, const std::string& diags);

// {"schema":1,"succeeded":false,"error":…,"diags":…}; empty texts are left out.
Json failed_result(const std::string& error, const std::string& diags);

// A participant's `result` when it succeeded and has an object there; otherwise nothing, and `failure` is the
// failed_result() that keeps what the participant said of it.
struct ParticipantResult {
  std::optional<Json> result;
  Json failure;
};
ParticipantResult participant_result(const Json& results, std::size_t participant);

// The same of the first, for tools where it is the only one to measure.
ParticipantResult first_result(const Json& results);

}  // namespace pscheduler::sdk
