#include "amqp_connection.hpp"

#include <amqp_tcp_socket.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "amqp_failure.hpp"
#include "socket_watchdog.hpp"

namespace pscheduler::plugins {
namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr int kChannelsMax = 1;
constexpr int kFrameBytesMax = 128 << 10;  // what servers suggest

// A connection is idle between results, when nothing could send heartbeats; the kernel looks after it.
constexpr int kHeartbeatSeconds = 0;
constexpr int kIdleSeconds = 20;
constexpr int kProbeSeconds = 5;
constexpr int kProbes = 3;

constexpr timeval kGoodbye{1, 0};  // how long a server may take to say that it has noted the end

bool has_passed(Deadline deadline) {
  return std::chrono::steady_clock::now() >= deadline;
}

timeval left_until(Deadline deadline) {
  using namespace std::chrono;
  const auto left = std::max(ceil<microseconds>(deadline - steady_clock::now()), microseconds(1));
  const auto whole = duration_cast<seconds>(left);
  return {whole.count(), (left - whole).count()};
}

// The library does not write to it.
amqp_bytes_t bytes_of(const std::string& text) {
  return {text.size(), const_cast<char*>(text.data())};
}

amqp_table_entry_t entry(const char* key, amqp_field_value_t value) {
  return {amqp_cstring_bytes(key), value};
}

void watch_peer(int socket) {
  const auto set = [socket](int level, int option, int value) {
    setsockopt(socket, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, kIdleSeconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeSeconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
}

std::string address_of_peer(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  std::array<char, NI_MAXHOST> text{};
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (getpeername(socket, generic, &size) != 0) return {};
  getnameinfo(generic, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
  return text.data();
}

}  // namespace

Result<AmqpConnection> AmqpConnection::open(const AmqpUrl& url, const AmqpTls& tls,
                                            const DestinationGuard& guard, Deadline deadline) {
  AmqpConnection opened;
  if (!opened.connection_) return fail(Errc::unavailable, "There is not enough memory for a connection.");
  PSCHEDULER_TRY(opened.reach(url, tls, guard, deadline));
  PSCHEDULER_TRY(opened.log_in(url, deadline));
  opened.is_open_ = true;
  return opened;
}

AmqpConnection::~AmqpConnection() {
  if (!connection_ || !is_open_) return;
  amqp_set_rpc_timeout(connection_.get(), &kGoodbye);
  const SocketWatchdog watchdog(amqp_get_sockfd(connection_.get()),
                                std::chrono::steady_clock::now() + std::chrono::seconds(kGoodbye.tv_sec));
  amqp_connection_close(connection_.get(), AMQP_REPLY_SUCCESS);
}

// With TLS, the library makes a connection of its own, to the address that was found to be good.
Result<void> AmqpConnection::reach(const AmqpUrl& url, const AmqpTls& tls, const DestinationGuard& guard,
                                   Deadline deadline) {
  auto reached = connect_to(Json{{"host", url.host}, {"port", url.port}}, Transport::tcp, guard, deadline);
  if (!reached) return fail(std::move(reached.error()));
  peer_ = reached->peer;
  if (url.tls) {
    const auto address = address_of_peer(reached->socket.get());
    auto check = open_amqp_tls(connection_.get(), tls, url.host, address, url.port, left_until(deadline));
    if (!check && has_passed(deadline)) return lost(AMQP_STATUS_TIMEOUT, deadline);
    if (!check) return fail(std::move(check.error()));
    check_ = std::move(*check);
  } else {
    amqp_socket_t* const socket = amqp_tcp_socket_new(connection_.get());
    if (socket == nullptr) return amqp_failure(peer_, AMQP_STATUS_NO_MEMORY);
    amqp_tcp_socket_set_sockfd(socket, reached->socket.release());
  }
  watch_peer(amqp_get_sockfd(connection_.get()));
  return {};
}

Result<void> AmqpConnection::log_in(const AmqpUrl& url, Deadline deadline) {
  amqp_connection_state_t connection = connection_.get();
  const SocketWatchdog watchdog(amqp_get_sockfd(connection), deadline);
  const auto left = left_until(deadline);
  amqp_set_handshake_timeout(connection, &left);
  amqp_set_rpc_timeout(connection, &left);
  amqp_field_value_t value{};
  value.kind = AMQP_FIELD_KIND_BOOLEAN;
  value.value.boolean = 1;
  std::array capabilities{entry("connection.blocked", value)};
  value.kind = AMQP_FIELD_KIND_TABLE;
  value.value.table = {static_cast<int>(capabilities.size()), capabilities.data()};
  std::array properties{entry("capabilities", value), entry("connection_name", {})};
  properties[1].value.kind = AMQP_FIELD_KIND_UTF8;
  properties[1].value.value.bytes = amqp_cstring_bytes("pscheduler");
  const amqp_table_t table{static_cast<int>(properties.size()), properties.data()};
  const auto replied = amqp_login_with_properties(
      connection, url.virtual_host.c_str(), kChannelsMax, kFrameBytesMax, kHeartbeatSeconds, &table,
      AMQP_SASL_METHOD_PLAIN, url.user.c_str(), url.password.c_str());
  if (replied.reply_type != AMQP_RESPONSE_NORMAL) return refused(replied, deadline);
  if (amqp_channel_open(connection, kChannel) == nullptr)
    return refused(amqp_get_rpc_reply(connection), deadline);
  if (amqp_confirm_select(connection, kChannel) == nullptr)
    return refused(amqp_get_rpc_reply(connection), deadline);
  return {};
}

Result<void> AmqpConnection::publish(const AmqpMessage& message, Deadline deadline) {
  amqp_connection_state_t connection = connection_.get();
  const SocketWatchdog watchdog(amqp_get_sockfd(connection), deadline);
  constexpr amqp_boolean_t kMandatory = 1;
  constexpr amqp_boolean_t kImmediate = 0;
  const int status =
      amqp_basic_publish(connection, kChannel, bytes_of(message.exchange), bytes_of(message.routing_key),
                         kMandatory, kImmediate, nullptr, bytes_of(message.body));
  if (status == AMQP_STATUS_OK) return wait_for_confirmation(deadline);
  // A server that has something to say may say it without reading on.
  if (auto why = listen()) return fail(std::move(*why));
  return lost(status, deadline);
}

Result<void> AmqpConnection::wait_for_confirmation(Deadline deadline) {
  std::string returned;
  for (;;) {
    amqp_maybe_release_buffers(connection_.get());
    amqp_frame_t frame{};
    auto left = left_until(deadline);
    const int status = amqp_simple_wait_frame_noblock(connection_.get(), &frame, &left);
    if (status != AMQP_STATUS_OK) return lost(status, deadline);
    if (frame.frame_type != AMQP_FRAME_METHOD) continue;  // a message that comes back has other frames, too
    const auto& method = frame.payload.method;
    if (is_amqp_close(method)) {
      is_open_ = false;
      return amqp_failure(peer_, method);
    }
    note_blocking(method);
    if (method.id == AMQP_BASIC_RETURN_METHOD)
      returned = amqp_words(static_cast<const amqp_basic_return_t*>(method.decoded)->reply_text);
    if (method.id == AMQP_BASIC_NACK_METHOD)
      return fail(Errc::unavailable, fmt::format("{} could not keep the message.", peer_));
    if (method.id != AMQP_BASIC_ACK_METHOD) continue;
    if (returned.empty()) return {};
    return fail(Errc::unavailable,
                fmt::format("{} has no queue for the message: {}; bind one to the exchange for this routing "
                            "key.",
                            peer_, returned));
  }
}

void AmqpConnection::note_blocking(const amqp_method_t& method) {
  if (method.id == AMQP_CONNECTION_BLOCKED_METHOD)
    blocked_ = amqp_words(static_cast<const amqp_connection_blocked_t*>(method.decoded)->reason);
  if (method.id == AMQP_CONNECTION_UNBLOCKED_METHOD) blocked_.clear();
}

tl::unexpected<Error> AmqpConnection::refused(const amqp_rpc_reply_t& reply, Deadline deadline) {
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) return amqp_failure(peer_, reply.reply);
  return lost(reply.library_error, deadline);
}

// When the deadline has passed, it is the watchdog that ended the connection.
tl::unexpected<Error> AmqpConnection::lost(int status, Deadline deadline) {
  is_open_ = false;
  const bool is_late = status == AMQP_STATUS_TIMEOUT || has_passed(deadline);
  if (is_late && !blocked_.empty()) {
    return fail(Errc::timed_out, fmt::format("{} takes no messages for now, and did not within the time: {}.",
                                             peer_, blocked_));
  }
  return amqp_failure(peer_, is_late ? AMQP_STATUS_TIMEOUT : status);
}

bool AmqpConnection::is_usable() {
  if (is_open_) listen();
  return is_open_;
}

// What it has said meanwhile, without waiting; why, when it is that it ends the connection or the channel.
std::optional<Error> AmqpConnection::listen() {
  for (;;) {
    amqp_maybe_release_buffers(connection_.get());
    amqp_frame_t frame{};
    constexpr timeval kAtOnce{0, 0};
    const int status = amqp_simple_wait_frame_noblock(connection_.get(), &frame, &kAtOnce);
    if (status == AMQP_STATUS_TIMEOUT) return std::nullopt;
    if (status != AMQP_STATUS_OK) {
      is_open_ = false;
      return std::nullopt;
    }
    if (frame.frame_type != AMQP_FRAME_METHOD) continue;
    if (is_amqp_close(frame.payload.method)) {
      is_open_ = false;
      return amqp_failure(peer_, frame.payload.method).value();
    }
    note_blocking(frame.payload.method);
  }
}

}  // namespace pscheduler::plugins
