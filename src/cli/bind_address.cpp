#include "cli/bind_address.hpp"

#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/interface_addresses.hpp"
#include "pscheduler/addr/ip_address.hpp"

namespace pscheduler::cli {
namespace {

std::vector<std::string> addresses_of_interface(const std::string& name) {
  std::vector<std::string> found;
  for (auto& entry : interface_addresses()) {
    if (entry.interface == name) found.push_back(std::move(entry.address));
  }
  return found;
}

std::vector<std::string> addresses_of_name(const std::string& name) {
  std::vector<std::string> found;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (getaddrinfo(name.c_str(), nullptr, &hints, &list) != 0) return found;
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (auto text = address_text(entry->ai_addr); !text.empty()) found.push_back(std::move(text));
  }
  return found;
}

}  // namespace

Result<std::string> bind_address(const std::string& text, TargetFamily target) {
  if (IpAddress::parse(text)) return text;
  const auto found =
      if_nametoindex(text.c_str()) != 0 ? addresses_of_interface(text) : addresses_of_name(text);
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
