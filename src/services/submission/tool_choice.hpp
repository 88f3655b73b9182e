#pragma once
// Which tool measures, when several participants have to agree on one (spec api.md 15.2).

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/services/peers.hpp"

namespace pscheduler::services {

// What one participant's tools say to a test, in the order of its preference.
struct ToolsOfParticipant {
  std::string host;
  std::vector<PeerTool> tools;
};

// A tool that can run at every participant: the first such of `wanted`, if it names any; otherwise the one
// whose positions in the participants' lists, declined ones included, have the smallest sum, and of equal
// ones the first in the lead's list. The lead is the first participant. Absent when there is none.
std::optional<std::string> choose_tool(const std::vector<ToolsOfParticipant>& participants,
                                       const std::vector<std::string>& wanted);

// Why there is none, for a person: a sentence, and a line for each participant and tool.
std::string why_no_tool(const std::string& test_type, const std::vector<ToolsOfParticipant>& participants,
                        const std::vector<std::string>& wanted);

}  // namespace pscheduler::services
