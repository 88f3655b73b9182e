// pscheduler-rabbitmq: the `archive` of rabbitmq.

#include <chrono>
#include <string>
#include <utility>

#include "amqp_connection.hpp"
#include "archiver/rabbitmq/amqp_url.hpp"
#include "archiver/rabbitmq/rabbitmq.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_program.hpp"
#include "shared/kept_connections.hpp"
#include "shared/plugin_config.hpp"
#include "shared/secrets.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kExpires = std::chrono::hours(1);
constexpr Duration kTimeout = std::chrono::seconds(10);

// What of a record decides whether a connection may be used for it.
struct Way {
  std::string url;
  bool from_outside = false;
  bool verify = false;
  std::string authorities;

  bool operator==(const Way&) const = default;
};

using Connections = KeptConnections<Way, AmqpConnection>;

Connections& kept() {
  static Connections all;
  return all;
}

// Publishes, and keeps the connection as long as it is good for another message.
Result<void> publish_by(Connections::Entry used, const AmqpMessage& message, Deadline deadline) {
  auto done = used.connection.publish(message, deadline);
  if (used.connection.is_usable()) kept().put_back(std::move(used));
  return done;
}

Result<AmqpMessage> message_of(const Json& record) {
  const Json& data = data_of(record);
  if (json::find_object(data, "routing-key") != nullptr) {
    return fail(Errc::not_possible,
                "At /routing-key: is a transform, which this daemon did not run on the result; give a text.");
  }
  return AmqpMessage{json::find_string(data, "exchange").value_or(""),
                     json::find_string(data, "routing-key").value_or(""), payload_of(record)};
}

Result<Way> way_of(const Json& record) {
  const Json& data = data_of(record);
  const auto config = PluginConfig::of_archiver("rabbitmq");
  if (!config) return fail(config.error());
  const auto always = config->flag("verify-ssl", false);
  if (!always) return fail(always.error());
  const bool usual = json::find_integer(data, "schema").value_or(1) >= kRabbitmqVerifies;
  return Way{json::find_string(data, "_url").value_or(""), is_from_outside(record),
             *always || json::find_bool(data, "verify-ssl").value_or(usual), config->text("ca-file", "")};
}

Result<void> deliver(const Way& way, const AmqpUrl& url, const AmqpMessage& message,
                     const DestinationGuard& guard, Duration expires, Deadline deadline) {
  if (auto used = kept().take(way, expires); used && used->connection.is_usable()) {
    auto done = publish_by(std::move(*used), message, deadline);
    // A kept one may be lost without a word; what the server refused, it will refuse again.
    if (done || done.error().code != Errc::unreachable) return done;
  }
  auto opened = AmqpConnection::open(url, {way.verify, way.authorities}, guard, deadline);
  if (!opened) return fail(std::move(opened.error()));
  return publish_by({way, std::move(*opened)}, message, deadline);
}

Result<void> publish(const Json& record) {
  const Json& data = data_of(record);
  const auto message = message_of(record);
  if (!message) return fail(message.error());
  const auto way = way_of(record);
  if (!way) return fail(way.error());
  const auto url = AmqpUrl::parse(way->url);
  if (!url) return fail(url.error());
  const auto guard = DestinationGuard::load("rabbitmq", record, {"ca-file", "verify-ssl"});
  if (!guard) return fail(guard.error());
  const auto expires = sdk::duration_member(data, "connection-expires", kExpires);
  if (!expires) return fail(expires.error());
  const auto timeout = timeout_of(data, kTimeout);
  if (!timeout) return fail(timeout.error());
  const auto deadline = std::chrono::steady_clock::now() + *timeout;
  auto done = deliver(*way, *url, *message, *guard, *expires, deadline);
  if (!done) done.error().message = hide(std::move(done.error().message), {url->password});
  return done;
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_rabbitmq_data(data_of(record)); !usable)
    return given_up(usable.error().message);
  return reply_to(record, publish(record));
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  return pscheduler::plugins::run_archiver(pscheduler::plugins::archiver_rabbitmq,
                                           &pscheduler::plugins::archive, argc, argv);
}
