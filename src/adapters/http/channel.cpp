#include "adapters/http/channel.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <limits>

#include "adapters/http/socket_bio.hpp"

namespace pscheduler::adapters {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

int clamp_to_int(std::size_t size) {
  constexpr std::size_t kMax = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(size, kMax));
}

}  // namespace

Channel::Channel(tcp::socket socket) : socket_(std::move(socket)), alarm_(socket_.get_executor()) {
  boost::system::error_code ignored;  // a socket that is gone already shows at the first read
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
}

bool Channel::use_tls(SSL_CTX* context) {
  ssl_.reset(SSL_new(context));
  if (!ssl_) return false;
  BIO* const bio = new_socket_bio(socket_.native_handle());
  if (bio == nullptr) return false;
  SSL_set_bio(ssl_.get(), bio, bio);
  return true;
}

bool Channel::use_tls_as_server(SSL_CTX* context) {
  if (!use_tls(context)) return false;
  SSL_set_accept_state(ssl_.get());
  return true;
}

bool Channel::use_tls_as_client(SSL_CTX* context, const std::string& server_name) {
  if (!use_tls(context)) return false;
  SSL_set_connect_state(ssl_.get());
  if (server_name.empty()) return true;
  return SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                  const_cast<char*>(server_name.c_str())) == 1;
}

bool Channel::expect_certificate_of(const std::string& host) {
  boost::system::error_code no_address;
  asio::ip::make_address(host, no_address);
  if (no_address) return SSL_set1_host(ssl_.get(), host.c_str()) == 1;
  return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str()) == 1;
}

Io Channel::handshake() {
  ERR_clear_error();
  return tls_result(SSL_do_handshake(ssl_.get())).state;
}

IoResult Channel::read(std::span<char> space) {
  if (!ssl_) {
    return plain_result(::recv(socket_.native_handle(), space.data(), space.size(), 0), Want::reading);
  }
  ERR_clear_error();
  return tls_result(SSL_read(ssl_.get(), space.data(), clamp_to_int(space.size())));
}

IoResult Channel::write(std::string_view bytes) {
  if (!ssl_) {
    return plain_result(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                        Want::writing);
  }
  ERR_clear_error();
  return tls_result(SSL_write(ssl_.get(), bytes.data(), clamp_to_int(bytes.size())));
}

IoResult Channel::tls_result(int returned) {
  if (returned > 0) return {Io::moved, static_cast<std::size_t>(returned)};
  const int system_error = errno;
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
      want_ = Want::reading;
      return {Io::blocked};
    case SSL_ERROR_WANT_WRITE:
      want_ = Want::writing;
      return {Io::blocked};
    case SSL_ERROR_ZERO_RETURN:
      return {Io::ended};
    case SSL_ERROR_SYSCALL:
      broken_ = true;
      failure_ = system_error != 0 ? std::strerror(system_error) : "the connection was closed";
      return {Io::failed};
    default:
      broken_ = true;
      failure_ = take_tls_error();
      return {Io::failed};
  }
}

IoResult Channel::plain_result(ssize_t returned, Want want) {
  if (returned > 0) return {Io::moved, static_cast<std::size_t>(returned)};
  if (returned == 0) return {Io::ended};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
    want_ = want;
    return {Io::blocked};
  }
  failure_ = std::strerror(errno);
  return {Io::failed};
}

ports::Async<bool> Channel::ready(TimePoint deadline) {
  alarm_.expires_at(deadline);
  arm(want_);
  const auto token = asio::as_tuple(asio::use_awaitable);
  const auto [error] = co_await alarm_.async_wait(token);
  co_return static_cast<bool>(error);  // cancelled by news, not expired
}

void Channel::arm(Want want) {
  bool& armed = want == Want::reading ? reading_armed_ : writing_armed_;
  if (armed || !socket_.is_open()) return;
  armed = true;
  const auto type = want == Want::reading ? tcp::socket::wait_read : tcp::socket::wait_write;
  socket_.async_wait(type, [self = shared_from_this(), want](const boost::system::error_code& error) {
    (want == Want::reading ? self->reading_armed_ : self->writing_armed_) = false;
    self->alarm_.cancel();
    if (error == asio::error::operation_aborted || want != Want::reading) return;
    if (const auto on_news = std::exchange(self->on_news_, nullptr)) on_news();
  });
}

void Channel::watch(std::function<void()> on_news) {
  on_news_ = std::move(on_news);
  arm(Want::reading);
}

std::size_t Channel::peek(std::span<char> space) {
  const auto got = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_PEEK | MSG_DONTWAIT);
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

void Channel::finish_writing() {
  if (ssl_ && !broken_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Channel::close() noexcept {
  on_news_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
  alarm_.cancel();
}

}  // namespace pscheduler::adapters
