#pragma once
// TLS to a RabbitMQ server.

#include <amqp.h>

#include <memory>
#include <string>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

struct AmqpTls {
  bool verify = false;      // the certificate of the server and its name
  std::string authorities;  // a PEM file with certificates to trust instead of the system's; may be empty
};

// The server's name for its certificate, and what is wrong with that. Must outlive the connection.
struct TlsCheck {
  std::string name;  // empty: an address
  std::string objection;
};

// Connects to an address, which was found to be that of `host`. Errors: unavailable (TLS, in words),
// unreachable, timed_out.
Result<std::unique_ptr<TlsCheck>> open_amqp_tls(amqp_connection_state_t connection, const AmqpTls& tls,
                                                const std::string& host, const std::string& address, int port,
                                                timeval limit);

}  // namespace pscheduler::plugins
