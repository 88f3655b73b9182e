#include "cli/program/bind_address.hpp"

#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/program/interface_addresses.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/addr/url.hpp"

namespace pscheduler::cli {
namespace {

std::vector<std::string> addresses_of_interface(const std::string& name) {
  std::vector<std::string> found;
  for (auto& entry : interface_addresses()) {
    if (entry.interface == name) found.push_back(std::move(entry.address));
  }
  return found;
}

// Also those that no interface lists, such as 127.0.0.2.
bool is_own(const std::string& address) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), nullptr, &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  const int probe = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool bound = bind(probe, found->ai_addr, found->ai_addrlen) == 0;
  close(probe);
  return bound;
}

}  // namespace

TargetFamily target_family(const std::string& url) {
  const auto parsed = Url::parse(url);
  const auto address = parsed ? IpAddress::parse(parsed->server.host) : fail(parsed.error());
  if (!address) return TargetFamily::any;
  return address->is_v6() ? TargetFamily::v6 : TargetFamily::v4;
}

Result<std::string> bind_address(NameLookup& names, const std::string& text, TargetFamily target) {
  if (IpAddress::parse(text)) {
    if (is_own(text)) return text;
    return fail(Errc::invalid_argument, "cannot bind to \"" + text + "\": it is no address of this host");
  }
  const auto found = if_nametoindex(text.c_str()) != 0 ? addresses_of_interface(text) : names.addresses(text);
  if (found.empty()) {
    return fail(Errc::invalid_argument,
                "cannot bind to \"" + text + "\": it is no address, host name or interface with an address");
  }
  const bool want_v6 = target == TargetFamily::v6;
  const auto fits = std::find_if(found.begin(), found.end(), [&](const std::string& address) {
    return (address.find(':') != std::string::npos) == want_v6;
  });
  return fits == found.end() ? found.front() : *fits;
}

}  // namespace pscheduler::cli
