#pragma once
// What the archiver kafka knows without its library. Its program does the rest.

#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"

namespace pscheduler::plugins {

extern const sdk::ArchiverPlugin archiver_kafka;

Result<void> check_kafka_data(const Json& data);

// The brokers that "server" names, as the library wants them: "a.example:9092,[2001:db8::1]:9093".
Result<std::string> kafka_brokers(std::string_view server);

}  // namespace pscheduler::plugins
