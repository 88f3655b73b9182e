#include "cli/schedule/tool_choice.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

// The first level whose servers also list the tools that refuse, with their reasons (spec api.md, 9.3).
constexpr const char* kLevelWithRefusals = "6";

struct Offer {
  std::string tool;
  bool accepted = true;
  std::vector<std::string> reasons;
  std::optional<Duration> length;
};

// Older servers list tools that accept, and nothing else.
Offer offer_of(const Json& listed) {
  const Json* answer = member(listed, "can-run");
  const Json* tool = member(listed, "tool");
  Offer offer;
  offer.tool = text_or(tool != nullptr ? *tool : listed, "name", "");
  if (answer != nullptr) {
    offer.accepted = flag_member(*answer, "can-run");
    offer.reasons = words_of(member(*answer, "reasons"));
  }
  if (const auto text = text_member(listed, "duration")) {
    if (const auto length = parse_duration(*text)) offer.length = *length;
  }
  return offer;
}

std::string refusals(const std::vector<Offer>& offers) {
  std::string text;
  for (const auto& offer : offers) {
    if (offer.accepted) continue;
    text += "\n" + indent(offer.tool + ": " +
                          (offer.reasons.empty() ? "it gives no reason" : enumerate(offer.reasons)));
  }
  return text;
}

}  // namespace

Result<ToolChoice> choose_tool(Context& context, const std::string& host, const Json& task,
                               const CallOptions& options) {
  const auto url = api_url(host, "tools");
  if (!url) return fail(url.error());
  Parameters query{
      {"test", json::to_compact(task.at("test"))}, {"api", kLevelWithRefusals}, {"duration", "True"}};
  if (const auto bind = text_member(task, "lead-bind")) query.emplace_back("lead-bind", *bind);
  const auto listed = fetch_json(context, *url, query, options);
  if (!listed) return fail(listed.error());
  if (!listed->is_array()) return fail(Errc::invalid_argument, host + " does not tell its tools");
  std::vector<Offer> offers;
  for (const auto& entry : *listed) offers.push_back(offer_of(entry));

  const auto wanted = words_of(member(task, "tools"));
  const Offer* chosen = nullptr;
  const auto accepts = [&](const std::string& name) {
    return std::find_if(offers.begin(), offers.end(), [&](const Offer& offer) {
      return offer.accepted && (name.empty() || offer.tool == name);
    });
  };
  for (const auto& name : wanted.empty() ? std::vector<std::string>{""} : wanted) {
    const auto found = accepts(name);
    if (found == offers.end()) continue;
    chosen = &*found;
    break;
  }
  if (chosen != nullptr) return ToolChoice{chosen->tool, chosen->length};
  return fail(Errc::not_possible, "No tool on " + host + " would take this task" +
                                      (wanted.empty() ? "" : ", of " + enumerate(wanted)) + refusals(offers));
}

}  // namespace pscheduler::cli
