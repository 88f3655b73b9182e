#include "nuttcp_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "shared/command_words.hpp"
#include "shared/route.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

// "-R1000", "-Ri1000/10": Kbit/s, kept at every instant ("i"), in bursts of packets.
std::string rate_word(const Json& spec) {
  constexpr std::int64_t kBitsPerKbit = 1000;
  const auto bandwidth = json::find_integer(spec, "bandwidth");
  const auto burst = json::find_integer(spec, "burst-size");
  const bool strict = json::find_bool(spec, "bandwidth-strict").value_or(false);
  if (!bandwidth && !burst) return {};
  auto word = fmt::format("-R{}{}", strict || burst ? "i" : "", bandwidth.value_or(0) / kBitsPerKbit);
  if (burst) word += fmt::format("/{}", *burst);
  return word;
}

// nuttcp's unit of windows is KB.
std::int64_t kilobytes(std::int64_t bytes) {
  constexpr std::int64_t kKilo = 1024;
  return bytes / kKilo + (bytes % kKilo != 0 ? 1 : 0);
}

std::vector<std::string> joined(const NuttcpStart& start, std::vector<std::string> words) {
  auto all = start.prefix;
  all.push_back(start.program);
  all.insert(all.end(), std::make_move_iterator(words.begin()), std::make_move_iterator(words.end()));
  return all;
}

}  // namespace

Result<NuttcpRoute> nuttcp_route(const Json& spec) {
  auto route = find_route(spec);
  if (!route) return fail(std::move(route.error()));
  return NuttcpRoute{std::move(route->destination), route->family};
}

std::vector<std::string> nuttcp_client_words(const Json& spec, const NuttcpStart& start,
                                             const NuttcpRoute& route, ProgramVersion version) {
  const auto times = throughput_times(spec).value_or(ThroughputTimes{});
  CommandWords words(spec, "-p");
  words.add(std::to_string(start.data_port)).add("-P", std::to_string(start.control_port));
  words.add_family(route.family);
  words.add("-T", std::to_string(std::chrono::floor<std::chrono::seconds>(times.duration).count()));
  const auto interval = sdk::duration_member(spec, "interval", Duration::zero());
  if (interval && *interval > Duration::zero()) words.add("-i" + seconds_text(*interval));
  words.add_integer("-N", "parallel");
  if (const auto window = json::find_integer(spec, "window-size"))
    words.add("-w", std::to_string(kilobytes(*window)));
  words.add_integer("-M", "mss");
  if (auto rate = rate_word(spec); !rate.empty()) words.add(std::move(rate));
  if (is_udp(spec)) words.add("-u");
  if (is_udp(spec) && version >= kNuttcpWithJitterAndBursts) words.add("-j");
  words.add_integer("-l", "buffer-length");
  if (const auto tos = json::find_integer(spec, "ip-tos")) words.add(fmt::format("-c{}T", *tos));
  // -r receives, -F lets the other end open the connections.
  if (json::find_bool(spec, "reverse").value_or(false)) words.add("-r");
  if (json::find_bool(spec, "reverse-connections").value_or(false)) words.add("-F");
  words.add(route.destination);
  return joined(start, words.take());
}

std::vector<std::string> nuttcp_server_words(const NuttcpStart& start, const NuttcpRoute& route) {
  std::vector<std::string> words{"-S", "-1", "--nofork"};
  const Json nothing = Json::object();
  CommandWords ports(nothing, "-p");
  ports.add(std::to_string(start.data_port)).add("-P", std::to_string(start.control_port));
  ports.add_family(route.family);
  for (auto& word : ports.take()) words.push_back(std::move(word));
  return joined(start, std::move(words));
}

}  // namespace pscheduler::plugins
