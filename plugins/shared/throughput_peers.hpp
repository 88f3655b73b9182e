#pragma once
// What the participants of a throughput test know of each other.

#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/run_input.hpp"

namespace pscheduler::plugins {

// What a participant said; an empty object for one that said nothing.
const Json& participant_data_of(const sdk::RunInput& input, std::size_t participant);

// The port named in the server's participant-data, else `otherwise`.
int told_port(const sdk::RunInput& input, const char* name, int otherwise);

// The port at which the run finds its server: with two ends the one that the server has named, at a server
// that is nobody's end the one that the test names (either else the usual one), in a loopback test the own
// one.
int server_port(const sdk::RunInput& input, int own, int usual);

// Whether the run's participant has a part in the test: the client, and with two ends the server.
Result<void> check_participant(const sdk::RunInput& input);

// The reasons against a tool that has programs at both ends, with one more if an end has BWCTL alone, so that
// the other one is the only participant. Asks other hosts, but nobody while `throughput_asks_around` says no.
std::vector<std::string> declining_bwctl_ends(std::vector<std::string> reasons, const Json& spec);
bool throughput_asks_around();

}  // namespace pscheduler::plugins
