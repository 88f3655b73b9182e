#include "cli/troubleshoot/archiving_check.hpp"

#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/archiving/listing.hpp"
#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kIndent = 2;

}  // namespace

Finding check_archiving(Context& context, const std::string& host) {
  const auto url = api_url(host, "stat/archiving/destinations");
  if (!url) return bad(url.error().message, "Name the host otherwise.");
  const auto destinations = fetch_json(context, *url, {}, CallOptions{});
  if (!destinations && destinations.error().code == Errc::not_found) return good("not supported by " + host);
  if (!destinations) return bad(destinations.error().message, "See that it runs: pscheduler ping " + host);
  if (!destinations->is_array()) {
    return bad(host + " does not tell where its results go.", "Its log may say why.");
  }
  Json failing = Json::array();
  for (const auto& each : *destinations) {
    if (text_member(each, "state") == "failing") failing.push_back(each);
  }
  if (failing.empty()) return good(destinations->empty() ? "none are archived" : "they do");
  const auto text =
      destinations_text(failing, context.environment.now(), context.environment.text_width() - kIndent);
  return noted(
      std::to_string(failing.size()) + " of " + std::to_string(destinations->size()) +
          " destinations take none\n" + indent(trim_end(text), kIndent),
      "Mend what is wrong in the words of the archiver, there or in the archive specifications. What "
      "waits goes out by itself then; what was given up is offered again by\npscheduler archiving "
      "--retry");
}

}  // namespace pscheduler::cli
