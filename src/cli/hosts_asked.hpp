#pragma once
// The same question to several hosts at once, for the commands that take any number of them.

#include <string>
#include <vector>

#include "cli/context.hpp"
#include "pscheduler/base/result.hpp"

namespace pscheduler::cli {

// Each needs a descriptor, of which programs usually have 1024.
inline constexpr std::size_t kHostsMax = 256;

struct HostReply {
  std::string host;
  Reply reply;
  Duration took{};
};

// The replies to GET `path` in the order of the hosts; whoever has not answered yet is named on the terminal
// meanwhile. Fails when one is no host, or there are more than kHostsMax; then nobody is asked.
Result<std::vector<HostReply>> ask_hosts(Context& context, const std::vector<std::string>& hosts,
                                         const std::string& path, const CallOptions& call);

}  // namespace pscheduler::cli
