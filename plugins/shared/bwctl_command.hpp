#pragma once
// What the tools that measure with BWCTL can do, and the words of their commands they have in common (spec
// bwctl.md 4 and 6).

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "shared/bwctl_settings.hpp"
#include "shared/command_words.hpp"

namespace pscheduler::plugins {

struct BwctlAbility {
  BwctlTest test;
  std::span<const std::string_view> fields;  // of the spec that it can do; any other one is declined
};

// Why this tool cannot do the spec: `own` reasons, what BWCTL cannot do, and why it is not called for between
// these ends. Hosts are asked only when the program is there.
std::vector<std::string> bwctl_reasons_against(const Json& spec, const BwctlAbility& ability,
                                               std::vector<std::string> own);

// How the ends are named to BWCTL; empty: left out, which means this host.
struct BwctlNames {
  std::string source;
  std::string destination;
};

// What a command is made of.
struct BwctlJob {
  const Json& spec;
  BwctlSettings settings;
  BwctlNames names;
};

// Asks the ends again. The one that is this host is named only where bwctld runs on it, too: BWCTL insists on
// a daemon at each end it is told of. An error says why BWCTL cannot measure between these ends.
Result<BwctlJob> prepare_bwctl(const Json& spec, const BwctlTest& test);

// "bwping -T ping -L 58", or "bwctl -v -T iperf3 -L 58" where it is to tell what it does.
enum class BwctlTalk { usual, verbose };
CommandWords begin_bwctl(const BwctlJob& job, const BwctlTest& test, std::string_view tool,
                         BwctlTalk talk = BwctlTalk::usual);

// "-s source -c destination"
void add_ends(CommandWords& words, const BwctlJob& job);

// "-S" and the octet, when it is not zero.
void add_tos(CommandWords& words, const Json& spec);

}  // namespace pscheduler::plugins
