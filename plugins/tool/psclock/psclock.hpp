#pragma once
// psclock: asks two nodes for their clocks over the API (spec tools.md 3.24). Its `run` is a program of its
// own, so that the others need no TLS library.

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

extern const sdk::ToolPlugin tool_psclock;  // all but run

Result<Duration> clock_timeout(const Json& spec);  // for each node

// What a node answered, judged: a clock object, or a sentence about what it is instead.
Result<Json> read_clock(const std::string& host, long status, const std::string& body);

// The tool's result from two clocks; an error when a time is none.
Result<Json> compare_clocks(const Json& local, const Json& remote);

}  // namespace pscheduler::plugins
