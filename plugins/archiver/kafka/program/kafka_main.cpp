// pscheduler-kafka: the `archive` of kafka.

#include <chrono>
#include <memory>
#include <string>

#include "archiver/kafka/kafka.hpp"
#include "kafka_options.hpp"
#include "kafka_producer.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_program.hpp"
#include "shared/kept_connections.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

// A producer has threads and connections of its own.
struct Way {
  KafkaOptions options;
  bool from_outside = false;

  bool operator==(const Way&) const = default;
};
using Producers = KeptConnections<Way, std::unique_ptr<KafkaProducer>>;

Result<Producers::Entry> producer_for(Producers& kept, const Way& way, const DestinationGuard& guard) {
  constexpr auto kHoweverOld = Duration::max();  // the library looks after its connections
  if (auto taken = kept.take(way, kHoweverOld)) return std::move(*taken);
  auto opened = KafkaProducer::open(way.options, guard);
  if (!opened) return fail(std::move(opened.error()));
  return Producers::Entry{way, std::move(*opened)};
}

Result<void> send(const Json& record) {
  static Producers kept;
  const Json& data = data_of(record);
  const auto config = PluginConfig::of_archiver("kafka");
  if (!config) return fail(config.error());
  const auto options = kafka_options(data, *config);
  if (!options) return fail(options.error());
  const auto guard = DestinationGuard::load("kafka", record, {"ca-file"});
  if (!guard) return fail(guard.error());
  auto used = producer_for(kept, {*options, is_from_outside(record)}, *guard);
  if (!used) return fail(std::move(used.error()));
  const auto deadline = std::chrono::steady_clock::now() + kKafkaLimit;
  PSCHEDULER_TRY(used->connection->send(json::find_string(data, "topic").value_or(""), payload_of(record),
                                        *guard, deadline));
  kept.put_back(std::move(*used));
  return {};
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_kafka_data(data_of(record)); !usable) return given_up(usable.error().message);
  return reply_to(record, send(record));
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  return pscheduler::plugins::run_archiver(pscheduler::plugins::archiver_kafka, &pscheduler::plugins::archive,
                                           argc, argv);
}
