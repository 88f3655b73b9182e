// Names and autonomous systems, asked of a DNS server of the test's own.

#include "pscheduler/plugin_sdk/address_facts.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <map>
#include <thread>

#include "pscheduler/base/text.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"

namespace pscheduler::sdk {
namespace {

using testing::Contains;
using testing::Not;

constexpr char kTypePtr = 12;
constexpr char kTypeTxt = 16;

// A name in the form of a DNS message: each label behind its length, and an empty one.
std::string wire_name(std::string_view name) {
  std::string wire;
  for (const auto label : split(name, '.')) wire += static_cast<char>(label.size()) + std::string(label);
  return wire + '\0';
}

// Answers TXT and PTR questions on a port of the loopback from a table, others with "no such name".
class DnsServer {
 public:
  explicit DnsServer(std::map<std::string, std::string> table)
      : table_(std::move(table)), socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    socklen_t size = sizeof address_;
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &size);
  }

  void start() {
    thread_ = std::thread([this] { serve(); });
  }

  ~DnsServer() { stop(); }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    sendto(socket_.get(), "", 0, 0, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    thread_.join();
  }

  [[nodiscard]] std::string where() const { return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port)); }
  // Every name that was asked for; after stop().
  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

 private:
  static constexpr std::size_t kHeader = 12;

  void serve() {
    for (;;) {
      std::array<char, 512> piece{};
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      const auto count =
          recvfrom(socket_.get(), piece.data(), piece.size(), 0, reinterpret_cast<sockaddr*>(&peer), &size);
      if (count <= static_cast<ssize_t>(kHeader)) return;
      const auto answer = answer_to({piece.data(), static_cast<std::size_t>(count)});
      sendto(socket_.get(), answer.data(), answer.size(), 0, reinterpret_cast<const sockaddr*>(&peer), size);
    }
  }

  std::string answer_to(const std::string& question) {
    std::string name;
    std::size_t at = kHeader;
    while (at < question.size() && question[at] != '\0') {
      const auto length = static_cast<std::size_t>(question[at]);
      name += (name.empty() ? "" : ".") + question.substr(at + 1, length);
      at += length + 1;
    }
    asked_.push_back(to_lower(name));
    const auto whole = question.substr(kHeader, at + 5 - kHeader);
    const char type = question[at + 2];
    const auto found = table_.find(to_lower(name));
    const bool known = found != table_.end();
    std::string answer = question.substr(0, 2) + '\x81' + (known ? '\x80' : '\x83');
    answer += std::string("\0\1\0", 3) + (known ? '\1' : '\0') + std::string(4, '\0') + whole;
    if (!known) return answer;
    const auto data =
        type == kTypeTxt ? static_cast<char>(found->second.size()) + found->second : wire_name(found->second);
    answer += std::string("\xc0\x0c\0", 3) + type + std::string("\0\1\0\0\0\1\0", 7);
    return answer + static_cast<char>(data.size()) + data;
  }

  std::map<std::string, std::string> table_;
  Fd socket_;
  sockaddr_in address_{};
  std::thread thread_;
  std::vector<std::string> asked_;
};

const std::map<std::string, std::string> kTable{
    {"1.2.9.8.in-addr.arpa", "r1.example.net"},
    {"1.2.9.8.origin.asn.cymru.com", "64500 64501 | 8.9.2.0/24 | US | arin | 2001-02-03"},
    {"2.2.9.8.origin.asn.cymru.com", "64500 | 8.9.2.0/24 | US | arin | 2001-02-03"},
    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.0.0.0.0.0.6.2.origin6.asn.cymru.com",
     "64509 | 2600:7::/32 | US | arin | 2001-02-03"},
    {"as64500.asn.cymru.com", "64500 | US | arin | 2001-02-03 | EXAMPLE - Example Networks, US"},
    {"1.0.0.10.in-addr.arpa", "inside.example.net"},
    {"1.0.0.10.origin.asn.cymru.com", "64511 | 10.0.0.0/8 | US | arin | 2001-02-03"},
};

constexpr Duration kAmple = std::chrono::seconds(20);  // ends as soon as everything is answered

TEST(AddressFacts, AreNamesAndSystems) {
  DnsServer server(kTable);
  server.start();
  const auto facts =
      address_facts({"8.9.2.1", "8.9.2.2", "2600:7::1", "10.0.0.1", "8.9.2.1"}, {}, kAmple, server.where());
  server.stop();
  ASSERT_EQ(facts.size(), 4u);
  EXPECT_EQ(facts.at("8.9.2.1").name, "r1.example.net");
  ASSERT_TRUE(facts.at("8.9.2.1").system);
  EXPECT_EQ(facts.at("8.9.2.1").system->number, 64500);
  EXPECT_EQ(facts.at("8.9.2.1").system->owner, "EXAMPLE - Example Networks, US");
  EXPECT_EQ(facts.at("8.9.2.2").name, "");
  EXPECT_EQ(facts.at("8.9.2.2").system->number, 64500);
  EXPECT_EQ(facts.at("2600:7::1").system->number, 64509);
  EXPECT_EQ(facts.at("2600:7::1").system->owner, "");
  EXPECT_EQ(facts.at("10.0.0.1").name, "inside.example.net");
  EXPECT_FALSE(facts.at("10.0.0.1").system);
  EXPECT_THAT(server.asked(), Not(Contains("1.0.0.10.origin.asn.cymru.com")));
  EXPECT_EQ(std::ranges::count(server.asked(), "as64500.asn.cymru.com"), 1);
}

TEST(AddressFacts, AreAskedForOnlyWhenWanted) {
  DnsServer server(kTable);
  server.start();
  EXPECT_EQ(address_facts({"8.9.2.1"}, {.names = false, .systems = false}, kAmple, server.where()).size(),
            1u);
  const auto names = address_facts({"8.9.2.1"}, {.names = true, .systems = false}, kAmple, server.where());
  EXPECT_EQ(names.at("8.9.2.1").name, "r1.example.net");
  EXPECT_FALSE(names.at("8.9.2.1").system);
  server.stop();
  EXPECT_THAT(server.asked(), testing::ElementsAre("1.2.9.8.in-addr.arpa"));
}

TEST(AddressFacts, EndWithTheLimitWhenTheServerIsSilent) {
  const DnsServer server(std::map<std::string, std::string>{});
  const auto facts = address_facts({"8.9.2.1", "2600:7::1", "no address"}, {}, std::chrono::milliseconds(50),
                                   server.where());
  EXPECT_EQ(facts.size(), 3u);
  for (const auto& [address, known] : facts) {
    EXPECT_EQ(known.name, "");
    EXPECT_FALSE(known.system);
  }
}

TEST(AddressFacts, OfAnAnswerThatIsNoneAreUnknown) {
  DnsServer server(std::map<std::string, std::string>{{"1.2.9.8.origin.asn.cymru.com", "NA | none"}});
  server.start();
  EXPECT_FALSE(address_facts({"8.9.2.1"}, {}, kAmple, server.where()).at("8.9.2.1").system);
}

}  // namespace
}  // namespace pscheduler::sdk
