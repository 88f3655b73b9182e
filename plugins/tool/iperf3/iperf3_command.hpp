#pragma once
// The command lines of iperf3 (spec tools.md 3.14).

#include <optional>
#include <string>
#include <vector>

#include "pscheduler/base/result.hpp"
#include "pscheduler/json/value.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "pscheduler/time/instant.hpp"

namespace pscheduler::plugins {

// Where the client connects, from which address, and where the server listens.
struct Iperf3Route {
  std::string destination;            // as the client is told
  std::optional<std::string> local;   // address the client binds
  std::optional<std::string> listen;  // address the server binds; absent: all
  std::optional<sdk::IpFamily> family_option;
};

// Resolves names, for some seconds at most. Fails when the ends have no family in common.
Result<Iperf3Route> iperf3_route(const Json& spec);

// What both command lines begin with.
struct Iperf3Start {
  std::vector<std::string> prefix;  // of numactl
  std::string program;
  bool old_padding = false;  // the other end's iperf3 encrypts as those before 3.17 did
  int port = 0;
};

// Whether two versions ("3.12", empty when unknown) need --use-pkcs1-padding at the end that has `own`.
bool needs_old_padding(const std::string& own, const std::string& other);

struct Iperf3ClientKeys {
  std::string public_key_file;
  std::string username;
};
std::vector<std::string> iperf3_client_words(const Json& spec, const Iperf3Start& start,
                                             const Iperf3Route& route,
                                             const std::optional<Iperf3ClientKeys>& keys,
                                             Duration connect_limit);

struct Iperf3ServerKeys {
  std::string users_file;
  std::string private_key_file;
};
std::vector<std::string> iperf3_server_words(const Json& spec, const Iperf3Start& start,
                                             const Iperf3Route& route,
                                             const std::optional<Iperf3ServerKeys>& keys,
                                             Duration idle_limit);

}  // namespace pscheduler::plugins
