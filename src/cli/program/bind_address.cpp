#include "cli/program/bind_address.hpp"

#include <net/if.h>

#include <algorithm>
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

}  // namespace

TargetFamily target_family(const std::string& url) {
  const auto parsed = Url::parse(url);
  const auto address = parsed ? IpAddress::parse(parsed->server.host) : fail(parsed.error());
  if (!address) return TargetFamily::any;
  return address->is_v6() ? TargetFamily::v6 : TargetFamily::v4;
}

Result<std::string> bind_address(NameLookup& names, const std::string& text, TargetFamily target) {
  if (IpAddress::parse(text)) return text;
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
