#pragma once
// A run of iperf3 by one participant: client, server, or both on one host.

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"

namespace pscheduler::plugins {

Result<Json> run_iperf3(const sdk::RunInput& input);

}  // namespace pscheduler::plugins
