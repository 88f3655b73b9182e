#include "pscheduler/adapters/http/listen_address.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>

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

Result<void> check_listen_address(const ListenAddress& where) {
  boost::system::error_code not_literal;
  const auto address = boost::asio::ip::make_address(where.address, not_literal);
  if (not_literal) return fail(Errc::invalid_argument, "'" + where.address + "' is not an IP address");
  const boost::asio::ip::tcp::endpoint endpoint(address, where.port);
  const int socket = ::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool bound =
      socket >= 0 && ::bind(socket, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0;
  const int reason = errno;
  if (socket >= 0) ::close(socket);
  if (bound || reason == EADDRINUSE) return {};
  const std::string remedy =
      reason == EADDRNOTAVAIL ? "; name an address of this host, or 0.0.0.0 or [::] for all"
      : reason == EACCES      ? "; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE"
                              : "";
  return fail(Errc::unavailable,
              "cannot listen on " + where.to_string() + ": " + std::strerror(reason) + remedy);
}

}  // namespace pscheduler::adapters
