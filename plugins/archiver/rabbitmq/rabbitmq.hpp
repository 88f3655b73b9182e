#pragma once
// What the archiver rabbitmq knows without its library. Its program does the rest.

#include <cstddef>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"

namespace pscheduler::plugins {

extern const sdk::ArchiverPlugin archiver_rabbitmq;

// Versions 1 to 3 are those of pScheduler 5.2; version 4 adds "verify-ssl" and verifies certificates unless
// told otherwise.
inline constexpr int kRabbitmqVerifies = 4;

// The names of exchanges and routing keys are short strings of AMQP.
inline constexpr std::size_t kAmqpNameBytesMax = 255;

Result<void> check_rabbitmq_data(const Json& data);

}  // namespace pscheduler::plugins
