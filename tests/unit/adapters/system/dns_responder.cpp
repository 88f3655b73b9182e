#include "dns_responder.hpp"

#include <boost/asio/buffer.hpp>
#include <vector>

namespace pscheduler::test {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kHeaderBytes = 12;
constexpr int kTypeA = 1;
constexpr int kTypePtr = 12;
constexpr int kTypeTxt = 16;
constexpr int kTypeAaaa = 28;

struct Record {
  std::string name;
  int type;
  std::string data;
};

std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

// Records by name and type; wire forms of RFC 1035, 3.3.
const std::vector<Record>& records() {
  static const std::vector<Record> all = {
      {"two.test", kTypeA, std::string("\xc0\x00\x02\x01", 4)},
      {"two.test", kTypeA, std::string("\xc0\x00\x02\x02", 4)},
      {"six.test", kTypeAaaa, std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x06", 16)},
      {"text.test", kTypeTxt, "\x03one"},
      {"text.test", kTypeTxt, "\x04two \x05parts"},
      {"1.2.0.192.in-addr.arpa", kTypePtr, std::string("\x03one\x04test\0", 10)},
  };
  return all;
}

}  // namespace

DnsResponder::DnsResponder(asio::io_context& loop)
    : socket_(loop, asio::ip::udp::endpoint(asio::ip::address_v4::loopback(), 0)) {
  receive();
}

std::string DnsResponder::address() const {
  return "127.0.0.1:" + std::to_string(socket_.local_endpoint().port());
}

void DnsResponder::close() {
  socket_.close();
}

void DnsResponder::receive() {
  socket_.async_receive_from(asio::buffer(query_), from_,
                             [this](const boost::system::error_code& error, std::size_t length) {
                               if (error) return;
                               const auto reply = answer({query_.data(), length});
                               if (!reply.empty()) socket_.send_to(asio::buffer(reply), from_);
                               receive();
                             });
}

std::string DnsResponder::answer(std::string_view query) const {
  std::string name;
  std::size_t at = kHeaderBytes;
  while (at < query.size() && query[at] != '\0') {
    const auto length = static_cast<std::size_t>(query[at]);
    if (!name.empty()) name += '.';
    name += query.substr(at + 1, length);
    at += length + 1;
  }
  if (at + 5 > query.size() || name == "silent.test") return {};
  const int type = static_cast<unsigned char>(query[at + 1]) << 8 | static_cast<unsigned char>(query[at + 2]);
  const auto question = query.substr(kHeaderBytes, at + 5 - kHeaderBytes);

  std::string answers;
  unsigned count = 0;
  bool known = false;
  for (const auto& record : records()) {
    known = known || record.name == name;
    if (record.name != name || record.type != type) continue;
    ++count;
    answers += number16(0xc00c) + number16(static_cast<unsigned>(type)) + number16(1) + number16(0) +
               number16(60) + number16(static_cast<unsigned>(record.data.size())) + record.data;
  }
  const auto flags = number16(known ? 0x8180 : 0x8183);
  return std::string(query.substr(0, 2)) + flags + number16(1) + number16(count) + number16(0) + number16(0) +
         std::string(question) + answers;
}

}  // namespace pscheduler::test
