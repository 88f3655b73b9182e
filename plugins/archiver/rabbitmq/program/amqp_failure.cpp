#include "amqp_failure.hpp"

#include <fmt/format.h>

#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::size_t kWordsShownMax = 300;

}  // namespace

std::string amqp_words(const amqp_bytes_t& bytes) {
  return excerpt({static_cast<const char*>(bytes.bytes), bytes.len}, kWordsShownMax);
}

tl::unexpected<Error> amqp_failure(std::string_view peer, int status) {
  switch (status) {
    case AMQP_STATUS_TIMEOUT:
    case AMQP_STATUS_HEARTBEAT_TIMEOUT:
      return fail(Errc::timed_out, fmt::format("{} did not answer within the time.", peer));
    case AMQP_STATUS_CONNECTION_CLOSED:
    case AMQP_STATUS_SOCKET_CLOSED:
    case AMQP_STATUS_SOCKET_ERROR:
    case AMQP_STATUS_TCP_ERROR:
    case AMQP_STATUS_SSL_ERROR:
      return fail(Errc::unreachable, fmt::format("{} ended the connection.", peer));
    default:
      return fail(Errc::unavailable, fmt::format("{}: {}.", peer, amqp_error_string2(status)));
  }
}

bool is_amqp_close(const amqp_method_t& method) {
  return method.id == AMQP_CONNECTION_CLOSE_METHOD || method.id == AMQP_CHANNEL_CLOSE_METHOD;
}

tl::unexpected<Error> amqp_failure(std::string_view peer, const amqp_method_t& close) {
  amqp_bytes_t text{};
  if (close.id == AMQP_CONNECTION_CLOSE_METHOD)
    text = static_cast<const amqp_connection_close_t*>(close.decoded)->reply_text;
  else if (close.id == AMQP_CHANNEL_CLOSE_METHOD)
    text = static_cast<const amqp_channel_close_t*>(close.decoded)->reply_text;
  return fail(Errc::unavailable, fmt::format("{} refused: {}", peer, amqp_words(text)));
}

}  // namespace pscheduler::plugins
