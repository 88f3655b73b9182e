#include "pscheduler/adapters/http/listen_address.hpp"

#include <boost/asio/ip/address.hpp>
#include <charconv>

#include "pscheduler/base/text.hpp"

namespace pscheduler::adapters {

std::string ListenAddress::to_string() const {
  const bool is_v6 = address.find(':') != std::string::npos;
  return (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

bool ListenAddress::is_loopback() const {
  boost::system::error_code error;
  const auto parsed = boost::asio::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto refuse = [text] {
    return fail(Errc::invalid_argument,
                "'" + excerpt(text) +
                    "' is not an address and port; write 127.0.0.1:8443, 0.0.0.0:443, "
                    "[::1]:8443 or [::]:443");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);

  ListenAddress result;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (code != std::errc{} || end != digits.data() + digits.size()) return refuse();

  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (error || address.is_v6() != bracketed) return refuse();
  result.address = address.to_string();
  return result;
}

}  // namespace pscheduler::adapters
