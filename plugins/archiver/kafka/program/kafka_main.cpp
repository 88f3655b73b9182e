// pscheduler-kafka: the `archive` of kafka.

#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <memory>
#include <string>

#include "archiver/kafka/kafka.hpp"
#include "kafka_options.hpp"
#include "kafka_producer.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "shared/archive_record.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::size_t kKeptMax = 4;  // producers that are kept; each has threads and connections

struct Kept {
  KafkaOptions options;
  bool from_outside = false;
  std::unique_ptr<KafkaProducer> producer;
};

// The most recently used one is first.
std::list<Kept>& kept() {
  static std::list<Kept> all;
  return all;
}

// Takes it out, so that it is gone unless it is put back.
std::list<Kept> take_kept(const KafkaOptions& options, bool from_outside) {
  std::list<Kept> taken;
  auto& all = kept();
  const auto entry = std::ranges::find_if(
      all, [&](const Kept& one) { return one.from_outside == from_outside && one.options == options; });
  if (entry != all.end()) taken.splice(taken.begin(), all, entry);
  return taken;
}

Result<void> send(const Json& record) {
  const Json& data = data_of(record);
  const auto config = PluginConfig::of_archiver("kafka");
  if (!config) return fail(config.error());
  const auto options = kafka_options(data, *config);
  if (!options) return fail(options.error());
  const auto guard = DestinationGuard::load("kafka", record, {"ca-file"});
  if (!guard) return fail(guard.error());
  auto used = take_kept(*options, is_from_outside(record));
  if (used.empty()) {
    auto opened = KafkaProducer::open(*options, *guard);
    if (!opened) return fail(std::move(opened.error()));
    used.push_back({*options, is_from_outside(record), std::move(*opened)});
  }
  auto done = used.front().producer->send(json::find_string(data, "topic").value_or(""), payload_of(record),
                                          *guard, std::chrono::steady_clock::now() + kKafkaLimit);
  if (!done) return done;
  kept().splice(kept().begin(), used);
  if (kept().size() > kKeptMax) kept().pop_back();
  return {};
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_kafka_data(data_of(record)); !usable) return given_up(usable.error().message);
  return reply_to(record, send(record));
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  auto archiver = pscheduler::plugins::archiver_kafka;
  archiver.archive = &pscheduler::plugins::archive;
  const std::array<const pscheduler::sdk::ArchiverPlugin*, 1> archivers{&archiver};
  pscheduler::sdk::Catalogue catalogue;
  catalogue.archivers = archivers;
  return pscheduler::sdk::run_program(catalogue, argc, argv);
}
