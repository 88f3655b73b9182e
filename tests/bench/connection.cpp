#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace pscheduler::bench {
namespace {

// Longer than any long poll of the benchmark; nothing waits for ever.
constexpr timeval kAnswerLimit{120, 0};

SSL_CTX* client_context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* const made = SSL_CTX_new(TLS_client_method());
    if (made == nullptr) give_up("OpenSSL gives no context");
    return made;
  }();
  return context;
}

}  // namespace

std::size_t content_length(std::string_view head) {
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto at = head.find(kName);
  if (at == std::string_view::npos) give_up("a message without Content-Length: " + std::string(head));
  return std::strtoul(head.data() + at + kName.size(), nullptr, 10);
}

void give_up(const std::string& sentence) {
  std::fprintf(stderr, "bench: %s\n", sentence.c_str());
  std::exit(1);
}

Connection::Connection(std::uint16_t port, const std::string& address_text)
    : host_(address_text + ":" + std::to_string(port)) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0) give_up("no socket can be opened");
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kAnswerLimit, sizeof kAnswerLimit);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, address_text.c_str(), &address.sin_addr) != 1) {
    give_up(address_text + " is no IPv4 address");
  }
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
  SSL* const ssl = SSL_new(client_context());
  if (ssl == nullptr || SSL_set_fd(ssl, socket_) != 1) give_up("OpenSSL gives no connection");
  if (SSL_connect(ssl) == 1) {
    ssl_ = ssl;
  } else {
    SSL_free(ssl);
  }
}

Connection::~Connection() {
  SSL_free(ssl_);
  ::close(socket_);
}

void Connection::fill() {
  std::array<char, 16384> piece;
  const int length = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()));
  if (length <= 0) give_up("the daemon closed the connection or did not answer in time");
  read_.append(piece.data(), static_cast<std::size_t>(length));
}

Answer Connection::call(std::string_view method, const std::string& target, const std::string& body) {
  std::string request(method);
  request.append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host_);
  if (!body.empty()) {
    request.append("\r\nContent-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(body.size()));
  }
  request.append("\r\n\r\n").append(body);
  if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) {
    give_up("the daemon closed the connection");
  }
  std::size_t head_end = 0;
  while ((head_end = read_.find("\r\n\r\n")) == std::string::npos) fill();
  const std::size_t length = content_length(std::string_view(read_).substr(0, head_end + 2));
  const std::size_t end = head_end + 4 + length;
  while (read_.size() < end) fill();
  Answer answer;
  answer.status = std::atoi(read_.c_str() + sizeof "HTTP/1.1");
  answer.body = read_.substr(head_end + 4, length);
  read_.erase(0, end);
  return answer;
}

Connection::Arrival Connection::download(const std::string& target) {
  const std::string request = "GET " + target + " HTTP/1.0\r\n\r\n";
  if (SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) {
    give_up("the daemon closed the connection");
  }
  Arrival arrival;
  std::size_t head_end = 0;
  while ((head_end = read_.find("\r\n\r\n")) == std::string::npos || read_.size() == head_end + 4) fill();
  arrival.first_byte = std::chrono::steady_clock::now();
  arrival.bytes = read_.size();
  std::array<char, 16384> piece;
  for (int length = 0; (length = SSL_read(ssl_, piece.data(), static_cast<int>(piece.size()))) > 0;) {
    arrival.bytes += static_cast<std::size_t>(length);
  }
  arrival.end = std::chrono::steady_clock::now();
  return arrival;
}

}  // namespace pscheduler::bench
