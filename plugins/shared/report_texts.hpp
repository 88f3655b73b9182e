#pragma once
// Words for what several tests' results have in common.

#include <string>

#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

// "name (address)" from the members hostname and ip, or the one that is there.
std::string host_text(const Json& entry);

// An icmp-error word as a person says it: "net-unreachable" is "Net unreachable".
std::string error_text(std::string word);

}  // namespace pscheduler::plugins
