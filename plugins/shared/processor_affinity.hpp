#pragma once
// On which processor a measurement program runs: the one asked for, else near the network card it uses (spec
// tools.md 1.6, NUMA).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pscheduler::plugins {

struct AffinityPrefix {
  std::vector<std::string> words;  // of numactl, to put in front of the command; may be empty
  std::string remark;              // when what was wanted cannot be had, for the diags
};

// With `processor`, that one. Otherwise the NUMA node of the interface that has `local_address`, or without
// one of the interface through which `remote_address` is reached. Asks numactl whether it can.
AffinityPrefix affinity_prefix(std::optional<std::int64_t> processor,
                               const std::optional<std::string>& local_address,
                               const std::string& remote_address);

}  // namespace pscheduler::plugins
