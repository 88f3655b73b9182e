#pragma once
// What JqScripts and pscheduler-jq-helper say to each other: one line of JSON each way, RS (0x1E) before it
// as in RFC 7464.
//   {"id": 1, "script": "…", "variables": ["n"], "run": {"input": …, "arguments": {…}}}    without "run":
//   check
//   {"id": 1, "outputs": [ … ]}
//   {"id": 1, "error": {"code": "invalid_argument", "message": "…", "detail": "…"}}

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/adapters/jq/engine.hpp"
#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::adapters::jq {

// Of a request or a reply. Text may grow sixfold on the way, as all but ASCII is escaped.
inline constexpr std::size_t kMessageBytesMax = 128u << 20;

// What all outputs of a run may amount to in the helper.
inline constexpr std::size_t kHelperOutputBytesMax = 16u << 20;

// A message as a line, its line end included.
std::string framed(const Json& message);

// The message of a line: an object with an id. Anything else gives nothing.
std::optional<Json> unframed(std::string_view line);

std::string check_request(std::uint64_t id, const JqScript& script);
std::string run_request(std::uint64_t id, const JqScript& script, const Json& input, const Json& arguments);

// The outputs (none after a check), or the error; unavailable when the line is not the reply to `id`.
Result<std::vector<Json>> read_reply(std::string_view line, std::uint64_t id);

}  // namespace pscheduler::adapters::jq
