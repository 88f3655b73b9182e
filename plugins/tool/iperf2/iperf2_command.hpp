#pragma once
// The command lines of iperf 2 (spec tools.md 3.13).

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"

namespace pscheduler::plugins {

struct Iperf2Route {
  std::string destination;
  bool is_v6 = false;
};

// Resolves names, for some seconds at most; fails when the destination has no address of the wanted family.
Result<Iperf2Route> iperf2_route(const Json& spec);

std::vector<std::string> iperf2_client_words(const Json& spec, const std::string& program, int port,
                                             const Iperf2Route& route);

// Ends by itself when as many connections as the client opens have ended.
std::vector<std::string> iperf2_server_words(const Json& spec, const std::string& program, int port,
                                             const Iperf2Route& route);

}  // namespace pscheduler::plugins
