#pragma once
// Bytes over one TCP connection, with or without TLS, without blocking: the ground of server and client.
//
// read, write and handshake do what is possible at once; where they answer `blocked`, ready() waits. OpenSSL
// works on the descriptor itself, so that an idle connection holds no buffers.
// Owned by a shared_ptr, because a wait for the descriptor may outlive the one who asked. One thread.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "adapters/http/tls.hpp"
#include "pscheduler/ports/async.hpp"

namespace pscheduler::adapters {

enum class Io {
  moved,    // something was read or written
  blocked,  // nothing can move now
  ended,    // the peer has closed its side
  failed,   // reset or broken
};

struct IoResult {
  Io state = Io::blocked;
  std::size_t bytes = 0;
};

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // The socket is connected; it is made non-blocking and sends without delay.
  explicit Channel(boost::asio::ip::tcp::socket socket);

  // Speaks TLS from now on; false when memory is out. server_name is sent as SNI unless empty.
  [[nodiscard]] bool use_tls_as_server(SSL_CTX* context);
  [[nodiscard]] bool use_tls_as_client(SSL_CTX* context, const std::string& server_name);

  // After that: the certificate must be for this host, a name or an address literal.
  [[nodiscard]] bool expect_certificate_of(const std::string& host);

  // moved when done.
  Io handshake();

  // Takes TLS back before its first byte was read.
  void use_plain() noexcept { ssl_.reset(); }

  IoResult read(std::span<char> space);
  IoResult write(std::string_view bytes);

  // Ends when the last operation that was blocked may go on, or spuriously; false at the deadline.
  ports::Async<bool> ready(TimePoint deadline);

  // Calls on_news (which may re-arm by calling watch again) once, when something may be readable.
  void watch(std::function<void()> on_news);
  void unwatch() noexcept { on_news_ = nullptr; }

  // What can be read is looked at without being taken: 0 bytes when nothing is there or the peer has closed.
  std::size_t peek(std::span<char> space);

  // Tells the peer that nothing more comes; what it still sends can be read.
  void finish_writing();
  void close() noexcept;

  [[nodiscard]] const std::string& failure() const noexcept { return failure_; }
  [[nodiscard]] boost::asio::ip::tcp::socket& socket() noexcept { return socket_; }

 private:
  enum class Want { reading, writing };

  IoResult tls_result(int returned);
  IoResult plain_result(ssize_t returned, Want want);
  bool use_tls(SSL_CTX* context);
  void arm(Want want);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer alarm_;  // expires at the deadline of a wait; cancelled when there are news
  Ssl ssl_;
  Want want_ = Want::reading;
  bool reading_armed_ = false;
  bool writing_armed_ = false;
  bool broken_ = false;  // TLS must not be shut down in order after a failure
  std::function<void()> on_news_;
  std::string failure_;
};

}  // namespace pscheduler::adapters
