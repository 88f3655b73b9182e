#include "cli/hosts_asked.hpp"

#include "cli/api_url.hpp"
#include "cli/text_layout.hpp"
#include "cli/waiting.hpp"

namespace pscheduler::cli {
namespace {

constexpr std::size_t kNamedMax = 3;  // hosts in a line that is read at a glance

std::string names_of(std::vector<std::string> hosts) {
  const auto all = hosts.size();
  if (all <= kNamedMax) return enumerate(hosts);
  hosts.resize(kNamedMax - 1);
  hosts.push_back(std::to_string(all - hosts.size()) + " others");
  return enumerate(hosts);
}

}  // namespace

Result<std::vector<HostReply>> ask_hosts(Context& context, const std::vector<std::string>& hosts,
                                         const std::string& path, const CallOptions& call) {
  if (hosts.size() > kHostsMax) {
    return fail(Errc::invalid_argument, std::to_string(hosts.size()) + " hosts are too many at once; name " +
                                            std::to_string(kHostsMax) + " at most");
  }
  std::vector<std::string> urls;
  for (const auto& host : hosts) {
    auto url = api_url(host, path);
    if (!url) return fail(std::move(url.error()));
    urls.push_back(std::move(*url));
  }
  std::vector<bool> answered(hosts.size(), false);
  Waiting waiting(context, [&](Duration waited) {
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      if (!answered[i]) missing.push_back(hosts[i]);
    }
    return with_seconds("Waiting for " + names_of(std::move(missing)), waited);
  });
  auto replies =
      context.server.get_all(urls, waiting.during(call), [&](std::size_t i) { answered[i] = true; });
  std::vector<HostReply> found;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    found.push_back({hosts[i], std::move(replies[i].reply), replies[i].took});
  }
  return found;
}

}  // namespace pscheduler::cli
