// rabbitmq: publishes each result to an exchange of a RabbitMQ server. What is here judges the data.

#include "rabbitmq.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "amqp_url.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 1> kTransforms{"routing-key"};

Result<void> check_name(const Json& data, std::string_view member) {
  const auto size = json::find_string(data, member).value_or("").size();
  if (size <= kAmqpNameBytesMax) return {};
  return fail(Errc::invalid_argument,
              fmt::format("At /{}: has {} bytes; AMQP allows {}.", member, size, kAmqpNameBytesMax));
}

}  // namespace

Result<void> check_rabbitmq_data(const Json& data) {
  static const auto schema = data_schema("rabbitmq-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  PSCHEDULER_TRY(check_name(data, "exchange"));
  PSCHEDULER_TRY(check_name(data, "routing-key"));
  if (const auto url = AmqpUrl::parse(json::find_string(data, "_url").value_or("")); !url)
    return fail(url.error());
  return {};
}

extern const sdk::ArchiverPlugin archiver_rabbitmq;
constinit const sdk::ArchiverPlugin archiver_rabbitmq{
    .identity = {"rabbitmq", "Publish results to an exchange of a RabbitMQ server"},
    .check_data = &check_rabbitmq_data,
    .transforms = kTransforms,
};

}  // namespace pscheduler::plugins
