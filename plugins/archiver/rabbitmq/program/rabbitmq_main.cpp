// pscheduler-rabbitmq: the `archive` of rabbitmq.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <string>

#include "amqp_connection.hpp"
#include "archiver/rabbitmq/amqp_url.hpp"
#include "archiver/rabbitmq/rabbitmq.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "shared/archive_record.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kExpires = std::chrono::hours(1);
constexpr Duration kTimeout = std::chrono::seconds(10);
// Daemons end an archiver that takes two minutes for an answer.
constexpr Duration kTimeoutMax = std::chrono::seconds(110);
constexpr Duration kTimeoutMin = std::chrono::milliseconds(1);

constexpr std::size_t kKeptMax = 4;         // connections that are kept open
constexpr std::size_t kSecretBytesMin = 4;  // shorter words are in any text

// What of a record decides whether a connection may be used for it.
struct Way {
  std::string url;
  bool from_outside = false;
  bool verify = false;
  std::string authorities;

  bool operator==(const Way&) const = default;
};

struct Kept {
  Way way;
  Clock::time_point opened;
  AmqpConnection connection;
};

// The most recently used one is first.
std::list<Kept>& kept() {
  static std::list<Kept> all;
  return all;
}

// Takes it out, so that it is gone unless it is put back.
std::list<Kept> take_kept(const Way& way, Duration expires) {
  std::list<Kept> taken;
  auto& all = kept();
  const auto entry = std::ranges::find(all, way, &Kept::way);
  if (entry == all.end()) return taken;
  taken.splice(taken.begin(), all, entry);
  if (Clock::now() - taken.front().opened >= expires || !taken.front().connection.is_usable()) taken.clear();
  return taken;
}

// As long as the connection is good for another message.
void put_back(std::list<Kept>& used) {
  if (!used.front().connection.is_usable()) return;
  kept().splice(kept().begin(), used);
  if (kept().size() > kKeptMax) kept().pop_back();
}

std::string without_password(std::string text, const std::string& password) {
  constexpr std::string_view kHidden = "***";
  if (password.size() < kSecretBytesMin) return text;
  for (auto at = text.find(password); at != std::string::npos; at = text.find(password, at + kHidden.size()))
    text.replace(at, password.size(), kHidden);
  return text;
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
  auto used = take_kept(way, expires);
  if (!used.empty()) {
    auto done = used.front().connection.publish(message, deadline);
    put_back(used);
    // A kept one may be lost without a word; what the server refused, it will refuse again.
    if (done || done.error().code != Errc::unreachable) return done;
  }
  auto opened = AmqpConnection::open(url, {way.verify, way.authorities}, guard, deadline);
  if (!opened) return fail(std::move(opened.error()));
  std::list<Kept> fresh;
  fresh.push_back({way, Clock::now(), std::move(*opened)});
  auto done = fresh.front().connection.publish(message, deadline);
  put_back(fresh);
  return done;
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
  const auto timeout = sdk::duration_member(data, "timeout", kTimeout);
  if (!timeout) return fail(timeout.error());
  const auto deadline = Clock::now() + std::clamp(*timeout, kTimeoutMin, kTimeoutMax);
  auto done = deliver(*way, *url, *message, *guard, *expires, deadline);
  if (!done) done.error().message = without_password(std::move(done.error().message), url->password);
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
  auto archiver = pscheduler::plugins::archiver_rabbitmq;
  archiver.archive = &pscheduler::plugins::archive;
  const std::array<const pscheduler::sdk::ArchiverPlugin*, 1> archivers{&archiver};
  pscheduler::sdk::Catalogue catalogue;
  catalogue.archivers = archivers;
  return pscheduler::sdk::run_program(catalogue, argc, argv);
}
