#include "services/submission/tool_choice.hpp"

#include <algorithm>

#include "pscheduler/base/text.hpp"

namespace pscheduler::services {
namespace {

// Other hosts say what they like; this much of it is read.
constexpr std::size_t kReasonBytesMax = 300;

using Participants = std::vector<ToolsOfParticipant>;

// Its position in the list; absent when it is not in it.
std::optional<std::size_t> position(const ToolsOfParticipant& participant, const std::string& tool) {
  const auto found = std::find_if(participant.tools.begin(), participant.tools.end(),
                                  [&](const PeerTool& offer) { return offer.name == tool; });
  if (found == participant.tools.end()) return std::nullopt;
  return static_cast<std::size_t>(found - participant.tools.begin());
}

// Absent when it cannot run at all of them.
std::optional<std::size_t> sum_of_positions(const Participants& participants, const std::string& tool) {
  std::size_t sum = 0;
  for (const auto& participant : participants) {
    const auto at = position(participant, tool);
    if (!at || !participant.tools[*at].can_run) return std::nullopt;
    sum += *at;
  }
  return sum;
}

// All that anybody has or wants, each once.
std::vector<std::string> tools_spoken_of(const Participants& participants,
                                         const std::vector<std::string>& wanted) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  if (!wanted.empty()) {
    for (const auto& name : wanted) add(name);
    return names;
  }
  for (const auto& participant : participants) {
    for (const auto& tool : participant.tools) add(tool.name);
  }
  return names;
}

std::string answer_of(const ToolsOfParticipant& participant, const std::string& tool) {
  const auto at = position(participant, tool);
  if (!at) return "not there, or not for this test";
  const PeerTool& offer = participant.tools[*at];
  if (offer.can_run) return "can run it";
  if (offer.reasons.empty()) return "cannot run it, for no reason given";
  return excerpt(join(offer.reasons, "; "), kReasonBytesMax);
}

}  // namespace

std::optional<std::string> choose_tool(const Participants& participants,
                                       const std::vector<std::string>& wanted) {
  for (const auto& tool : wanted) {
    if (sum_of_positions(participants, tool)) return tool;
  }
  if (!wanted.empty() || participants.empty()) return std::nullopt;
  std::optional<std::string> best;
  std::size_t smallest = 0;
  for (const auto& tool : participants.front().tools) {
    const auto sum = sum_of_positions(participants, tool.name);
    if (!sum || (best && *sum >= smallest)) continue;
    best = tool.name;
    smallest = *sum;
  }
  return best;
}

std::string why_no_tool(const std::string& test_type, const Participants& participants,
                        const std::vector<std::string>& wanted) {
  const bool alone = participants.size() == 1;
  const std::string where = alone ? "on " + participants.front().host : "at all of its participants";
  std::string text = wanted.empty() ? "No tool can run this " + test_type + " test " + where + "."
                                    : "None of the tools asked for (" + excerpt(join(wanted, ", ")) +
                                          ") can run this " + test_type + " test " + where + ".";
  const auto tools = tools_spoken_of(participants, wanted);
  for (const auto& participant : participants) {
    if (!alone) text += "\n  " + participant.host + (tools.empty() ? ": no tool for this test" : ":");
    for (const auto& tool : tools) {
      text += (alone ? "\n  " : "\n    ") + excerpt(tool) + ": " + answer_of(participant, tool);
    }
  }
  return text;
}

}  // namespace pscheduler::services
