#pragma once
// The command lines of nuttcp (spec tools.md 3.18).

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "shared/program_version.hpp"

namespace pscheduler::plugins {

struct NuttcpRoute {
  std::string destination;
  std::optional<sdk::IpFamily> family;
};

// Resolves names, for some seconds at most. Fails when the ends have no family in common.
Result<NuttcpRoute> nuttcp_route(const Json& spec);

struct NuttcpStart {
  std::vector<std::string> prefix;  // of numactl
  std::string program;
  int control_port = 0;
  int data_port = 0;
};

// Since when nuttcp knows -j, the jitter of UDP, and bursts.
inline constexpr ProgramVersion kNuttcpWithJitterAndBursts{8, 0};

std::vector<std::string> nuttcp_client_words(const Json& spec, const NuttcpStart& start,
                                             const NuttcpRoute& route, ProgramVersion version);
std::vector<std::string> nuttcp_server_words(const NuttcpStart& start, const NuttcpRoute& route);

}  // namespace pscheduler::plugins
