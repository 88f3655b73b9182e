#include "http_sink.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "connection.hpp"

namespace pscheduler::bench {
namespace {

constexpr int kWaitingMax = 128;  // connections that are not accepted yet
constexpr std::string_view kTaken = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

bool read_more(int socket, std::string& text) {
  std::array<char, 65536> piece;
  const ssize_t length = ::recv(socket, piece.data(), piece.size(), 0);
  if (length > 0) text.append(piece.data(), static_cast<std::size_t>(length));
  return length > 0;
}

// Between the first two blanks of a request.
std::string path_of(std::string_view request) {
  const auto begin = request.find(' ') + 1;
  return std::string(request.substr(begin, request.find(' ', begin) - begin));
}

}  // namespace

HttpSink::HttpSink() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("no port can be had");
  }
  port_ = ntohs(address.sin_port);
}

HttpSink::~HttpSink() {
  ::shutdown(listener_, SHUT_RDWR);
  if (accepting_.joinable()) accepting_.join();
  std::unique_lock lock(mutex_);
  for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  closed_.wait(lock, [this] { return open_.empty(); });
  ::close(listener_);
}

void HttpSink::open() {
  if (::listen(listener_, kWaitingMax) != 0) give_up("nobody can listen at the port of the sink");
  accepting_ = std::thread(&HttpSink::accept_all, this);
}

void HttpSink::accept_all() {
  for (int socket = -1; (socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    open_.push_back(socket);
    connections_max_ = std::max(connections_max_, static_cast<int>(open_.size()));
    // The destructor waits for its end.
    std::thread(&HttpSink::serve, this, socket).detach();
  }
}

void HttpSink::serve(int socket) {
  std::string read;
  for (;;) {
    std::size_t head_end = std::string::npos;
    while ((head_end = read.find("\r\n\r\n")) == std::string::npos && read_more(socket, read)) continue;
    if (head_end == std::string::npos) break;
    const std::size_t end = head_end + 4 + content_length(std::string_view(read).substr(0, head_end + 2));
    while (read.size() < end && read_more(socket, read)) continue;
    if (read.size() < end) break;
    {
      const std::lock_guard lock(mutex_);
      ++taken_[path_of(read)];
    }
    read.erase(0, end);
    if (::send(socket, kTaken.data(), kTaken.size(), MSG_NOSIGNAL) < 0) break;
  }
  const std::lock_guard lock(mutex_);
  std::erase(open_, socket);
  ::close(socket);
  closed_.notify_all();
}

std::unordered_map<std::string, int> HttpSink::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

std::size_t HttpSink::paths() const {
  const std::lock_guard lock(mutex_);
  return taken_.size();
}

int HttpSink::connections_max() const {
  const std::lock_guard lock(mutex_);
  return connections_max_;
}

}  // namespace pscheduler::bench
