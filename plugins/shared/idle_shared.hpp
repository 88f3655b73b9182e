#pragma once
// What the tests idle, idleex and idlebgm, and their tools, have in common.

#include <array>
#include <string>
#include <string_view>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/report.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"
#include "pscheduler/plugin_sdk/test_plugin.hpp"

namespace pscheduler::plugins {

inline constexpr std::array<std::string_view, 2> kHostFields{"host-node", "host"};

// One host, several, or the node asked.
Result<sdk::ParticipantList> idle_participants(const Json& spec);

// The spec's rows: duration, hosts, comments.
sdk::Report describe_idle_spec(const Json& spec);

// No host may be named twice.
Result<void> check_idle_hosts(const Json& spec);

// The one line "Idled for 5 seconds", from a member that holds a duration; with several hosts "on" these.
std::string format_slept(sdk::MimeType type, const Json& spec, const Json& result, std::string_view member,
                         std::string_view verb);

// Sleeps from the agreed start for the spec's duration; the comments become diags.
Result<Json> sleep_as_told(const sdk::RunInput& input);

// The first participant's time-slept as the test's duration; a failure when one of the others failed.
Json merge_slept(const Json& test, const Json& results);

// The spec's duration and a second to start and end in.
Result<Duration> idle_slot(const Json& spec);

}  // namespace pscheduler::plugins
