#include "pscheduler/plugin_sdk/address_facts.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string_view>

#include "plugin_sdk/lookups.hpp"
#include "pscheduler/addr/cidr.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::sdk {
namespace {

constexpr int kClassInternet = 1;  // RFC 1035, 3.2.4
constexpr int kTypeText = 16;      // RFC 1035, 3.2.2

// Addresses that no autonomous system announces (IANA's special-purpose registries), multicast included.
bool is_announced(const IpAddress& address) {
  static constexpr std::array<std::string_view, 13> kSpecial{
      "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "169.254.0.0/16",
      "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.168.0.0/16", "198.18.0.0/15",
      "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"};
  const auto within = [&](std::string_view block) {
    const auto cidr = Cidr::parse(block, HostBits::refused, BareAddress::refused);
    return cidr && cidr->contains(address);
  };
  if (address.is_v6()) return within("2000::/3") && !within("2001:db8::/32");
  return std::ranges::none_of(kSpecial, within);
}

// "9.2.0.192.origin.asn.cymru.com", or the nibbles of an IPv6 address below origin6.
std::string origin_question(const IpAddress& address) {
  std::string name;
  const auto& bytes = address.bytes();
  for (int i = address.bits() / 8 - 1; i >= 0; --i) {
    const auto byte = bytes[static_cast<std::size_t>(i)];
    name += address.is_v4() ? fmt::format("{}.", byte) : fmt::format("{:x}.{:x}.", byte & 0xf, byte >> 4);
  }
  return name + (address.is_v4() ? "origin.asn.cymru.com" : "origin6.asn.cymru.com");
}

// The first text of an answer; empty when there is none.
std::string first_text(int status, const unsigned char* answer, int length) {
  ares_txt_reply* found = nullptr;
  if (status != ARES_SUCCESS || ares_parse_txt_reply(answer, length, &found) != ARES_SUCCESS) return {};
  const std::unique_ptr<ares_txt_reply, decltype(&ares_free_data)> owned(found, &ares_free_data);
  return found == nullptr ? std::string()
                          : std::string(reinterpret_cast<const char*>(found->txt), found->length);
}

// From an address to the number of its system, from there to the owner; each number is asked for once.
class SystemLookups {
 public:
  explicit SystemLookups(ares_channel channel) : channel_(channel) {}

  void ask(const std::string& address) {
    const auto parsed = IpAddress::parse(address);
    if (!parsed || !is_announced(*parsed)) return;
    auto& origin = origins_[address];
    origin.all = this;
    ares_query(channel_, origin_question(*parsed).c_str(), kClassInternet, kTypeText, &take_origin, &origin);
  }

  [[nodiscard]] std::optional<AutonomousSystem> answer(const std::string& address) const {
    const auto origin = origins_.find(address);
    if (origin == origins_.end() || origin->second.number == 0) return std::nullopt;
    return AutonomousSystem{origin->second.number, owners_.at(origin->second.number)};
  }

 private:
  struct Origin {
    SystemLookups* all = nullptr;
    std::int64_t number = 0;
  };

  // "64500 64501 | 192.0.2.0/24 | US | arin | 2001-02-03"
  static void take_origin(void* to, int status, int /*timeouts*/, unsigned char* answer, int length) {
    auto& origin = *static_cast<Origin*>(to);
    const auto text = first_text(status, answer, length);
    std::int64_t number = 0;
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 1) return;
    origin.number = number;
    origin.all->ask_owner(number);
  }

  void ask_owner(std::int64_t number) {
    const auto [owner, is_new] = owners_.try_emplace(number);
    if (!is_new) return;
    ares_query(channel_, fmt::format("AS{}.asn.cymru.com", number).c_str(), kClassInternet, kTypeText,
               &take_owner, &owner->second);
  }

  // "64500 | US | arin | 2001-02-03 | EXAMPLE - Example Networks, US"
  static void take_owner(void* to, int status, int /*timeouts*/, unsigned char* answer, int length) {
    const auto text = first_text(status, answer, length);
    if (is_utf8(text)) *static_cast<std::string*>(to) = trim(split(text, '|').back());
  }

  ares_channel channel_;
  std::map<std::string, Origin> origins_;
  std::map<std::int64_t, std::string> owners_;
};

void take_name(void* to, int status, int /*timeouts*/, hostent* found) {
  if (status == ARES_SUCCESS && found != nullptr && found->h_name != nullptr && is_utf8(found->h_name))
    *static_cast<std::string*>(to) = found->h_name;
}

void ask_name(ares_channel channel, const std::string& address, std::string& name) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return;
  ares_gethostbyaddr(channel, parsed->bytes().data(), parsed->bits() / 8,
                     parsed->is_v4() ? AF_INET : AF_INET6, &take_name, &name);
}

}  // namespace

std::map<std::string, AddressFacts> address_facts(const std::vector<std::string>& addresses,
                                                  FactsWanted wanted, Duration limit,
                                                  const std::string& server) {
  std::map<std::string, AddressFacts> facts;
  for (const auto& address : addresses) facts.try_emplace(address);
  if (facts.empty() || (!wanted.names && !wanted.systems)) return facts;
  Lookups lookups(limit);
  if (!lookups.ready()) return facts;
  if (!server.empty()) ares_set_servers_ports_csv(lookups.channel(), server.c_str());
  SystemLookups systems(lookups.channel());
  for (auto& [address, known] : facts) {
    if (wanted.names) ask_name(lookups.channel(), address, known.name);
    if (wanted.systems) systems.ask(address);
  }
  lookups.serve();
  for (auto& [address, known] : facts) known.system = systems.answer(address);
  return facts;
}

}  // namespace pscheduler::sdk
