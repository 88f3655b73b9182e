// kafka: sends each result to a topic of a Kafka cluster. What is here judges the data.

#include "kafka.hpp"

#include <fmt/format.h>

#include <vector>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::uint16_t kPort = 9092;
constexpr std::size_t kBrokersMax = 100;  // they are but the first ones; the cluster tells the others

}  // namespace

Result<std::string> kafka_brokers(std::string_view server) {
  const auto given = split(server, ',');
  if (given.size() > kBrokersMax)
    return fail(Errc::invalid_argument, fmt::format("At /server: names more than {} brokers.", kBrokersMax));
  std::vector<std::string> brokers;
  for (const auto one : given) {
    auto broker = HostPort::parse(trim(one), BareIpv6::refused);
    if (!broker || broker->port == 0) {
      return fail(Errc::invalid_argument,
                  fmt::format("At /server: '{}' is no broker such as 'kafka.example:9092', '192.0.2.1' or "
                              "'[2001:db8::1]:9092'; several are separated by commas.",
                              excerpt(one)));
    }
    broker->port = broker->port.value_or(kPort);
    brokers.push_back(broker->to_string());
  }
  return join(brokers, ",");
}

Result<void> check_kafka_data(const Json& data) {
  static const auto schema = data_schema("kafka-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  if (const auto brokers = kafka_brokers(json::find_string(data, "server").value_or("")); !brokers)
    return fail(brokers.error());
  return {};
}

extern const sdk::ArchiverPlugin archiver_kafka;
constinit const sdk::ArchiverPlugin archiver_kafka{
    .identity = {"kafka", "Send results to a topic of a Kafka cluster"},
    .check_data = &check_kafka_data,
};

}  // namespace pscheduler::plugins
