#include "iperf2_command.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "shared/command_words.hpp"
#include "shared/route.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

void add_interval(CommandWords& words, const Json& spec) {
  const auto interval = sdk::duration_member(spec, "interval", Duration::zero());
  if (interval && *interval > Duration::zero()) words.add("-i", seconds_text(*interval));
}

}  // namespace

Result<Iperf2Route> iperf2_route(const Json& spec) {
  const auto destination = json::find_string(spec, "dest").value_or(std::string());
  const auto wanted = wanted_family(spec);
  const auto endpoint = sdk::single_endpoint(destination, wanted);
  const auto found = sdk::resolve_hosts({endpoint.address}).front();
  if (wanted && (*wanted == sdk::IpFamily::v6 ? !found.v6 : !found.v4)) {
    return fail(
        Errc::unreachable,
        fmt::format("Destination {} has no address of IPv{}; name another host or leave out ip-version.",
                    destination, static_cast<int>(*wanted)));
  }
  return Iperf2Route{endpoint.address, endpoint.family == sdk::IpFamily::v6};
}

std::vector<std::string> iperf2_client_words(const Json& spec, const std::string& program, int port,
                                             const Iperf2Route& route) {
  const auto times = throughput_times(spec).value_or(ThroughputTimes{});
  CommandWords words(spec, program);
  words.add("-e").add("--format", "b").add("-p", std::to_string(port)).add("-c", route.destination);
  words.add("-t", std::to_string(std::chrono::floor<std::chrono::seconds>(times.duration).count())).add("-m");
  if (is_udp(spec)) words.add("-u");
  add_interval(words, spec);
  words.add_integer("-P", "parallel").add_integer("-w", "window-size").add_integer("-b", "bandwidth");
  words.add_integer("--fq-rate", "fq-rate").add_integer("-l", "buffer-length");
  if (const auto local = json::find_string(spec, "local-address")) words.add("-B", *local);
  if (const auto congestion = json::find_string(spec, "congestion")) words.add("-Z", *congestion);
  if (route.is_v6) words.add("-V");
  return words.take();
}

std::vector<std::string> iperf2_server_words(const Json& spec, const std::string& program, int port,
                                             const Iperf2Route& route) {
  CommandWords words(spec, program);
  words.add("-s").add("-e").add("--format", "b").add("-p", std::to_string(port));
  if (is_udp(spec)) words.add("-u").add_integer("-l", "buffer-length");
  words.add_integer("-w", "window-size");
  words.add("-P", std::to_string(json::find_integer(spec, "parallel").value_or(1)));
  add_interval(words, spec);
  if (route.is_v6) words.add("-V");
  return words.take();
}

}  // namespace pscheduler::plugins
