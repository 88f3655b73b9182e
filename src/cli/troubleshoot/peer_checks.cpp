#include "cli/troubleshoot/peer_checks.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "cli/api_url.hpp"
#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"

namespace pscheduler::cli {
namespace {

// What is shown of many; the others mostly have the same trouble.
constexpr std::size_t kShownMax = 10;

constexpr std::size_t kIndent = 2;

// What keeps a host from taking part; empty if nothing does.
std::string trouble_with(const Json& peer) {
  std::string text;
  const Json* silent = member(peer, "silent");
  if (silent != nullptr && silent->is_array()) {
    for (const auto& silence : *silent) {
      const auto bind = text_or(silence, "bind", "");
      text +=
          fmt::format(" No answer{} since {}: {}. It is called again at {}.",
                      bind.empty() ? "" : " when called from " + bind, text_or(silence, "since", "?"),
                      text_or(silence, "error", "no reason was given"), text_or(silence, "next-call", "?"));
    }
  }
  if (const Json* owed = member(peer, "owed")) {
    const auto count = json::find_integer(*owed, "count").value_or(0);
    text += fmt::format(" {} still to be removed there, the {} since {}; tried again at {}.",
                        count == 1 ? "One task or run is" : std::to_string(count) + " tasks and runs are",
                        count == 1 ? "one" : "oldest", text_or(*owed, "oldest", "?"),
                        text_or(*owed, "next-attempt", "?"));
    if (silent == nullptr || silent->empty()) text += " " + text_or(*owed, "error", "It was not tried yet.");
  }
  return text.empty() ? text : text_or(peer, "host", "?") + ":" + text;
}

}  // namespace

Finding check_peers(Context& context, const std::string& host) {
  const auto url = api_url(host, "stat/peers");
  if (!url) return bad(url.error().message, "Name the host otherwise.");
  const auto peers = fetch_json(context, *url, {}, CallOptions{});
  if (!peers && peers.error().code == Errc::not_found) return good("not supported by " + host);
  if (!peers) return bad(peers.error().message, "See that it runs: pscheduler ping " + host);
  if (!peers->is_array()) return bad(host + " does not tell which hosts it calls.", "Its log may say why.");
  std::vector<std::string> troubles;
  for (const auto& peer : *peers) {
    if (auto trouble = trouble_with(peer); !trouble.empty()) troubles.push_back(std::move(trouble));
  }
  if (troubles.empty()) return good(peers->empty() ? "none so far" : "all do");
  std::string text = fmt::format("{} of {} may not", troubles.size(), peers->size());
  const auto width = context.environment.text_width() - kIndent;
  for (std::size_t i = 0; i < troubles.size() && i < kShownMax; ++i) {
    text += "\n" + indent(wrap(troubles[i], width, kIndent));
  }
  if (troubles.size() > kShownMax) {
    text += fmt::format("\n  ... and {} more; all are at {}", troubles.size() - kShownMax, *url);
  }
  return noted(std::move(text),
               "Its tasks with those hosts cannot be made or measure nothing until they answer. "
               "To find out why, name one as the second host:\npscheduler troubleshoot --host " +
                   host + " HOST2");
}

}  // namespace pscheduler::cli
