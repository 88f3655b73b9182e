#include "kafka_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "archiver/kafka/kafka.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/records.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::int64_t kRetriesMax = 2147483647;      // the library's
constexpr std::size_t kOverheadBytesMax = 64u << 10;  // what it puts around a result

void add_usual(KafkaOptions& options) {
  using std::chrono::milliseconds;
  options["acks"] = "all";  // by all replicas that are in step
  options["message.timeout.ms"] = fmt::format("{}", milliseconds(kKafkaLimit).count());
  options["topic.metadata.propagation.max.ms"] = "5000";  // a topic unknown for so long is not there
  options["reconnect.backoff.max.ms"] = "1000";
  options["linger.ms"] = "0";
  options["message.max.bytes"] = fmt::format("{}", sdk::kRecordBytesMax + kOverheadBytesMax);
  options["socket.keepalive.enable"] = "true";
  options["log.connection.close"] = "false";
}

void add_tls(KafkaOptions& options, const Json& data, const PluginConfig& config) {
  const auto add = [&](const char* option, const char* member) {
    if (auto text = json::find_string(data, member); text && !text->empty())
      options[option] = std::move(*text);
  };
  add("ssl.ca.pem", "_ssl-cacert");
  add("ssl.certificate.pem", "_ssl-cert");
  add("ssl.key.pem", "_ssl-key");
  add("ssl.key.password", "_ssl-password");
  if (const auto file = config.text("ca-file", ""); !file.empty() && !options.contains("ssl.ca.pem"))
    options["ssl.ca.location"] = file;
  const bool checks_name = json::find_bool(data, "ssl-checkhostname").value_or(true);
  options["ssl.endpoint.identification.algorithm"] = checks_name ? "https" : "none";
}

}  // namespace

Result<KafkaOptions> kafka_options(const Json& data, const PluginConfig& config) {
  KafkaOptions options;
  add_usual(options);
  const auto brokers = kafka_brokers(json::find_string(data, "server").value_or(""));
  if (!brokers) return fail(brokers.error());
  options["bootstrap.servers"] = *brokers;
  options["client.id"] = json::find_string(data, "archiver-id").value_or("pscheduler");
  if (const auto retries = json::find_integer(data, "kafka-retries"))
    options["retries"] = fmt::format("{}", std::clamp<std::int64_t>(*retries, 0, kRetriesMax));
  const bool tls = json::find_string(data, "security-protocol") == "SSL";
  options["security.protocol"] = tls ? "ssl" : "plaintext";
  if (tls) add_tls(options, data, config);
  return options;
}

}  // namespace pscheduler::plugins
