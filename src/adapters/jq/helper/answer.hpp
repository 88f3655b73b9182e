#pragma once
// The helper's side of the protocol.

#include <optional>
#include <string>
#include <string_view>

#include "pscheduler/adapters/jq/engine.hpp"

namespace pscheduler::adapters::jq {

// The reply to one line, its line end included; nothing when the line is no request.
std::optional<std::string> answer(JqEngine& engine, std::string_view line);

}  // namespace pscheduler::adapters::jq
