#pragma once
// What is said to librdkafka for data that check_kafka_data() accepts.

#include <chrono>
#include <map>
#include <string>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {

// By the names of its configuration. Some are secrets, so the library gets them in memory and they are never
// shown.
using KafkaOptions = std::map<std::string, std::string>;

// How long a message may take to be acknowledged; daemons end an archiver that takes two minutes.
inline constexpr std::chrono::seconds kKafkaLimit{60};

Result<KafkaOptions> kafka_options(const Json& data, const PluginConfig& config);

}  // namespace pscheduler::plugins
