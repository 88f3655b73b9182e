#include "unit/adapters/http/raw_peer.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace pscheduler::adapters::test {
namespace {

constexpr timeval kPatience{20, 0};  // a test that waits longer than this has failed

int connect_to(const ListenAddress& server) {
  const bool is_v6 = server.address.find(':') != std::string::npos;
  const int descriptor = ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  int result = -1;
  if (is_v6) {
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(server.port);
    inet_pton(AF_INET6, server.address.c_str(), &to.sin6_addr);
    result = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(server.port);
    inet_pton(AF_INET, server.address.c_str(), &to.sin_addr);
    result = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  EXPECT_EQ(result, 0) << "connect to " << server.to_string() << ": " << std::strerror(errno);
  return descriptor;
}

}  // namespace

std::string RawAnswer::field(std::string_view name) const {
  const auto start = head.find("\r\n" + std::string(name) + ": ");
  if (start == std::string::npos) return {};
  const auto value = start + 4 + name.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

RawPeer::RawPeer(const ListenAddress& server, Speak speak) : descriptor_(connect_to(server)) {
  ::signal(SIGPIPE, SIG_IGN);  // OpenSSL's own socket layer raises it
  if (speak == Speak::plain) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), descriptor_);
  EXPECT_EQ(SSL_connect(ssl_.get()), 1);
}

RawPeer::~RawPeer() {
  close();
}

bool RawPeer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : static_cast<int>(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawPeer::fill() {
  std::array<char, 16384> space{};
  const auto got = ssl_ ? SSL_read(ssl_.get(), space.data(), static_cast<int>(space.size()))
                        : static_cast<int>(::recv(descriptor_, space.data(), space.size(), 0));
  if (got <= 0) {
    EXPECT_NE(errno, EAGAIN) << "the server neither answered nor closed";
    return false;
  }
  received_.append(space.data(), static_cast<std::size_t>(got));
  return true;
}

RawAnswer RawPeer::receive(bool with_body) {
  RawAnswer answer;
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return answer;
  }
  answer.head = received_.substr(0, end + 4);
  received_.erase(0, end + 4);
  answer.status = std::atoi(answer.head.c_str() + sizeof "HTTP/1.1");
  const auto length = static_cast<std::size_t>(std::atoll(answer.field("Content-Length").c_str()));
  if (!with_body) return answer;
  while (received_.size() < length) {
    if (!fill()) return {};
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

bool RawPeer::closed_by_server() {
  return received_.empty() && !fill();
}

std::string RawPeer::receive_rest() {
  while (fill()) {
  }
  return std::move(received_);
}

void RawPeer::close() {
  if (descriptor_ < 0) return;
  if (ssl_) SSL_shutdown(ssl_.get());
  ::close(std::exchange(descriptor_, -1));
}

void RawPeer::reset() {
  const linger abort{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace pscheduler::adapters::test
