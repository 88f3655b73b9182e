#pragma once
// Where a RabbitMQ server is and who goes there: amqp[s]://[USER[:PASSWORD]@]HOST[:PORT]/[VIRTUAL-HOST]
// (spec archivers-contexts.md 2.6).

#include <cstdint>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"

namespace pscheduler::plugins {

struct AmqpUrl {
  bool tls = false;
  std::string user = "guest";
  std::string password = "guest";
  std::string host;  // a name, or an address without brackets
  std::uint16_t port = 0;
  std::string virtual_host;  // the path without its first slash: "/" is in amqp://HOST/%2F and amqp://HOST//

  // %XX is read in user, password and virtual host; a query and a fragment are dropped. Errors say what is
  // wrong without quoting the text.
  static Result<AmqpUrl> parse(std::string_view text);
};

}  // namespace pscheduler::plugins
