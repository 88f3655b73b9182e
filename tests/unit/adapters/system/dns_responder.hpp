#pragma once
// A name server on loopback that knows a few names of the domain "test".
//
//   two.test    A 192.0.2.1, A 192.0.2.2      six.test  AAAA 2001:db8::6
//   text.test   TXT "one", TXT "two " "parts"  silent.test  no answer
//   192.0.2.1   PTR one.test                   anything else  NXDOMAIN

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <string>

namespace pscheduler::test {

class DnsResponder {
 public:
  explicit DnsResponder(boost::asio::io_context& loop);

  [[nodiscard]] std::string address() const;  // ADDRESS:PORT
  void close();

 private:
  void receive();
  std::string answer(std::string_view query) const;

  boost::asio::ip::udp::socket socket_;
  boost::asio::ip::udp::endpoint from_;
  std::array<char, 512> query_;
};

}  // namespace pscheduler::test
