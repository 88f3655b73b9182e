#pragma once
// Which ends of a test have pScheduler and which BWCTL, its predecessor, alone (spec bwctl.md 2 to 4). BWCTL
// is called for when one end has pScheduler and the other one BWCTL and no pScheduler.

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/json/value.hpp"
#include "shared/bwctl_settings.hpp"

namespace pscheduler::plugins {

struct BwctlEnd {
  std::string host;  // for messages; "this host" where the spec names none
  bool has_pscheduler = false;
  bool has_bwctl = false;
};

struct BwctlEnds {
  BwctlEnd source;
  BwctlEnd destination;
};

// Asks the hosts a spec names, all questions at the same time, for three seconds at most. This host has
// pScheduler without being asked.
BwctlEnds find_bwctl_ends(const Json& spec, const BwctlSettings& settings);

// The end that has BWCTL alone while the other one has pScheduler.
enum class BwctlSide { none, source, destination };
BwctlSide bwctl_side(const BwctlEnds& ends, const BwctlTest& test, const BwctlSettings& settings);

// Why there is no such end, for a person.
std::string why_no_bwctl(const BwctlEnds& ends, const BwctlSettings& settings);

// The same for a spec; asks nobody unless the program that could measure is there.
BwctlSide find_bwctl_side(const Json& spec, const BwctlTest& test);

// Of tests that only the source takes part in: the destination when it must lead because the source has BWCTL
// alone. Asks nobody unless the spec names a source.
std::optional<std::string> bwctl_lead(const Json& spec, const BwctlTest& test);

// The reasons against a tool that measures from this host without BWCTL, with one more if the source has
// BWCTL alone. Asks nobody unless the spec names a source.
std::vector<std::string> declining_bwctl_sources(std::vector<std::string> reasons, const Json& spec,
                                                 const BwctlTest& test);

}  // namespace pscheduler::plugins
