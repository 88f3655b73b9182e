#include "pscheduler/adapters/system/cares_resolver.hpp"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "adapters/await_callback.hpp"
#include "adapters/system/dns_answers.hpp"
#include "adapters/system/dns_channel.hpp"
#include "adapters/system/dns_query.hpp"

namespace pscheduler::adapters {
namespace {

using Texts = std::vector<std::string>;
using QueryPointer = std::shared_ptr<DnsQuery>;

// c-ares carries one pointer; each callback is called exactly once and takes it back.
void* to_argument(QueryPointer query) {
  return new QueryPointer(std::move(query));
}

QueryPointer from_argument(void* argument) {
  const std::unique_ptr<QueryPointer> owned(static_cast<QueryPointer*>(argument));
  return std::move(*owned);
}

void add_once(Texts& texts, std::string text) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

std::string address_text(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
      address.sa_family == AF_INET6
          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr)
          : &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  ::inet_ntop(address.sa_family, bytes, text.data(), text.size());
  return text.data();
}

void got_addresses(void* argument, int status, int /*timeouts*/, ares_addrinfo* information) {
  const auto query = from_argument(argument);
  const std::unique_ptr<ares_addrinfo, decltype(&ares_freeaddrinfo)> owned(information, &ares_freeaddrinfo);
  if (status != ARES_SUCCESS) return query->complete(query->failure(status));
  Texts texts;
  for (const auto* node = information->nodes; node != nullptr; node = node->ai_next) {
    add_once(texts, address_text(*node->ai_addr));
  }
  if (texts.empty()) return query->complete(query->failure(ARES_ENODATA));
  query->complete(std::move(texts));
}

void got_names(void* argument, int status, int /*timeouts*/, hostent* host) {
  const auto query = from_argument(argument);
  if (status == ARES_ENOTFOUND || status == ARES_ENODATA) return query->complete(Texts{});
  if (status != ARES_SUCCESS) return query->complete(query->failure(status));
  Texts texts{host->h_name};
  for (char** alias = host->h_aliases; alias != nullptr && *alias != nullptr; ++alias)
    add_once(texts, *alias);
  query->complete(std::move(texts));
}

void got_texts(void* argument, int status, int /*timeouts*/, unsigned char* answer, int length) {
  const auto query = from_argument(argument);
  Texts texts;
  if (status == ARES_SUCCESS) status = read_texts(answer, length, texts);
  if (status != ARES_SUCCESS) return query->complete(query->failure(status));
  query->complete(std::move(texts));
}

// A name without such records is an answer, too.
template <auto Read>
void got_records(void* argument, int status, int /*timeouts*/, unsigned char* answer, int length) {
  const auto query = from_argument(argument);
  Texts texts;
  if (status == ARES_SUCCESS) status = Read(answer, length, texts);
  if (status != ARES_SUCCESS && status != ARES_ENODATA) return query->complete(query->failure(status));
  query->complete(std::move(texts));
}

int address_family(ports::Family family) {
  switch (family) {
    case ports::Family::any:
      return AF_UNSPEC;
    case ports::Family::ipv4:
      return AF_INET;
    case ports::Family::ipv6:
      return AF_INET6;
  }
  return AF_UNSPEC;
}

}  // namespace

CaresResolver::CaresResolver(boost::asio::any_io_executor executor, std::optional<std::string> server)
    : executor_(std::move(executor)), server_(std::move(server)) {}

CaresResolver::~CaresResolver() {
  if (channel_) channel_->close();
}

Result<std::shared_ptr<DnsChannel>> CaresResolver::channel() {
  if (channel_ && !channel_->outdated()) return channel_;
  auto opened = DnsChannel::open(executor_, server_);
  if (opened) channel_ = *opened;  // queries of the old one keep it until they end
  return opened;
}

ports::AsyncResult<Texts> CaresResolver::resolve(std::string subject, Duration time_limit, Ask ask) {
  auto opened = channel();
  if (!opened) co_return fail(std::move(opened.error()));
  auto query = std::make_shared<DnsQuery>(executor_, std::move(subject));
  const std::function<void()> cancel = [weak = std::weak_ptr(query)] {
    if (const auto waiting = weak.lock()) waiting->cancel();
  };
  std::function<void(DnsQuery::Finished)> start = [query = std::move(query), channel = std::move(*opened),
                                                   time_limit, &ask](DnsQuery::Finished finished) {
    query->start(channel, time_limit, std::move(finished));
    ask(*channel, query);
    channel->rearm_timer();
  };
  auto answer = co_await await_callback<DnsQuery::Answer>(std::move(start), cancel);
  co_return answer;
}

ports::AsyncResult<Texts> CaresResolver::addresses(std::string host, ports::Family family,
                                                   Duration time_limit) {
  return resolve(host, time_limit, [host, family](DnsChannel& channel, QueryPointer query) {
    ares_addrinfo_hints hints{};
    hints.ai_family = address_family(family);
    ares_getaddrinfo(channel.handle(), host.c_str(), nullptr, &hints, &got_addresses,
                     to_argument(std::move(query)));
  });
}

ports::AsyncResult<Texts> CaresResolver::names(std::string address, Duration time_limit) {
  return resolve(address, time_limit, [address](DnsChannel& channel, QueryPointer query) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    int family = AF_INET;
    int length = sizeof(in_addr);
    if (::inet_pton(AF_INET, address.c_str(), bytes.data()) != 1) {
      family = AF_INET6;
      length = sizeof(in6_addr);
      if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) {
        return query->complete(fail(Errc::invalid_argument, "\"" + address + "\" is not an IP address"));
      }
    }
    ares_gethostbyaddr(channel.handle(), bytes.data(), length, family, &got_names,
                       to_argument(std::move(query)));
  });
}

ports::AsyncResult<Texts> CaresResolver::texts(std::string name, Duration time_limit) {
  return resolve(name, time_limit, [name](DnsChannel& channel, QueryPointer query) {
    ares_query(channel.handle(), name.c_str(), ns_c_in, ns_t_txt, &got_texts, to_argument(std::move(query)));
  });
}

ports::AsyncResult<Texts> CaresResolver::records(std::string name, ports::RecordType type,
                                                 Duration time_limit) {
  return resolve(name, time_limit, [name, type](DnsChannel& channel, QueryPointer query) {
    const auto ask = [&](int type_asked, ares_callback got) {
      ares_query(channel.handle(), name.c_str(), ns_c_in, type_asked, got, to_argument(std::move(query)));
    };
    switch (type) {
      case ports::RecordType::a:
        return ask(ns_t_a, &got_records<&read_ipv4>);
      case ports::RecordType::aaaa:
        return ask(ns_t_aaaa, &got_records<&read_ipv6>);
      case ports::RecordType::ptr:
        return ask(ns_t_ptr, &got_records<&read_names>);
      case ports::RecordType::txt:
        return ask(ns_t_txt, &got_records<&read_texts>);
    }
  });
}

}  // namespace pscheduler::adapters
