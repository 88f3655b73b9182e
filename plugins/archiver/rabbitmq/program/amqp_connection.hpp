#pragma once
// A connection to a RabbitMQ server with one channel on which it confirms what it takes; every wait on it has
// an end.

#include <amqp.h>

#include <memory>
#include <optional>
#include <string>

#include "amqp_tls.hpp"
#include "archiver/rabbitmq/amqp_url.hpp"
#include "pscheduler/base/result.hpp"
#include "shared/archiver_socket.hpp"
#include "shared/destination_guard.hpp"

namespace pscheduler::plugins {

struct AmqpMessage {
  std::string exchange;
  std::string routing_key;
  std::string body;
};

class AmqpConnection {
 public:
  // Errors: forbidden (by the guard), unreachable, timed_out, unavailable (the server refuses, in its words).
  static Result<AmqpConnection> open(const AmqpUrl& url, const AmqpTls& tls, const DestinationGuard& guard,
                                     Deadline deadline);

  AmqpConnection(AmqpConnection&&) = default;
  AmqpConnection& operator=(AmqpConnection&&) = default;
  AmqpConnection(const AmqpConnection&) = delete;
  AmqpConnection& operator=(const AmqpConnection&) = delete;
  ~AmqpConnection();

  // Returns when the server has taken it into a queue. Errors: unreachable (the connection was lost, and
  // perhaps the message not), timed_out, unavailable (the server does not take it, or has no queue for it).
  Result<void> publish(const AmqpMessage& message, Deadline deadline);

  // Whether another message may be published; looks at what the server said meanwhile.
  bool is_usable();

 private:
  struct Destroy {
    void operator()(amqp_connection_state_t connection) const { amqp_destroy_connection(connection); }
  };

  AmqpConnection() : connection_(amqp_new_connection()) {}

  Result<void> reach(const AmqpUrl& url, const AmqpTls& tls, const DestinationGuard& guard,
                     Deadline deadline);
  Result<void> log_in(const AmqpUrl& url, Deadline deadline);
  void note_blocking(const amqp_method_t& method);
  Result<void> wait_for_confirmation(Deadline deadline);
  std::optional<Error> listen();
  [[nodiscard]] tl::unexpected<Error> refused(const amqp_rpc_reply_t& reply, Deadline deadline);
  [[nodiscard]] tl::unexpected<Error> lost(int status, Deadline deadline);

  std::unique_ptr<TlsCheck> check_;  // outlives the connection
  std::unique_ptr<amqp_connection_state_t_, Destroy> connection_;
  std::string peer_;     // for messages: "rabbit.example port 5672"
  std::string blocked_;  // why the server takes nothing for now; empty: it does
  bool is_open_ = false;
};

}  // namespace pscheduler::plugins
