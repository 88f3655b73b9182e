#include "adapters/system/dns_answers.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <array>
#include <memory>

namespace pscheduler::adapters {
namespace {

using OwnedHost = std::unique_ptr<hostent, decltype(&ares_free_hostent)>;

int read_addresses(int status, hostent* host, std::vector<std::string>& addresses) {
  const OwnedHost owned(host, &ares_free_hostent);
  if (status != ARES_SUCCESS) return status;
  for (char** address = host->h_addr_list; address != nullptr && *address != nullptr; ++address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(host->h_addrtype, *address, text.data(), text.size());
    addresses.emplace_back(text.data());
  }
  return status;
}

}  // namespace

int read_ipv4(const unsigned char* reply, int length, std::vector<std::string>& addresses) {
  hostent* host = nullptr;
  const int status = ares_parse_a_reply(reply, length, &host, nullptr, nullptr);
  return read_addresses(status, host, addresses);
}

int read_ipv6(const unsigned char* reply, int length, std::vector<std::string>& addresses) {
  hostent* host = nullptr;
  const int status = ares_parse_aaaa_reply(reply, length, &host, nullptr, nullptr);
  return read_addresses(status, host, addresses);
}

int read_names(const unsigned char* reply, int length, std::vector<std::string>& names) {
  // The address only becomes part of the result.
  in_addr none{};
  hostent* host = nullptr;
  const int status = ares_parse_ptr_reply(reply, length, &none, sizeof none, AF_INET, &host);
  const OwnedHost owned(host, &ares_free_hostent);
  if (status != ARES_SUCCESS) return status;
  // The aliases are all names in the order of the reply.
  for (char** name = host->h_aliases; name != nullptr && *name != nullptr; ++name) names.emplace_back(*name);
  return status;
}

int read_texts(const unsigned char* reply, int length, std::vector<std::string>& texts) {
  ares_txt_ext* records = nullptr;
  const int status = ares_parse_txt_reply_ext(reply, length, &records);
  if (status != ARES_SUCCESS) return status;
  // A record is one or more strings of up to 255 bytes that belong together (RFC 7208, 3.3).
  for (const auto* part = records; part != nullptr; part = part->next) {
    if (part->record_start != 0 || texts.empty()) texts.emplace_back();
    texts.back().append(reinterpret_cast<const char*>(part->txt), part->length);
  }
  ares_free_data(records);
  return status;
}

}  // namespace pscheduler::adapters
