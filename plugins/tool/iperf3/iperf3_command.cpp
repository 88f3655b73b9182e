#include "iperf3_command.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "shared/command_words.hpp"
#include "shared/program_version.hpp"
#include "shared/route.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

std::vector<std::string> beginning(const Iperf3Start& start) {
  auto words = start.prefix;
  words.push_back(start.program);
  if (start.old_padding) words.emplace_back("--use-pkcs1-padding");
  return words;
}

std::string whole_seconds(Duration length) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(length).count());
}

void add_interval(CommandWords& words, const Json& spec) {
  const auto interval = sdk::duration_member(spec, "interval", Duration::zero());
  if (interval && *interval > Duration::zero()) words.add("-i", seconds_text(*interval));
}

std::vector<std::string> joined(std::vector<std::string> front, std::vector<std::string> back) {
  front.insert(front.end(), std::make_move_iterator(back.begin()), std::make_move_iterator(back.end()));
  return front;
}

}  // namespace

Result<Iperf3Route> iperf3_route(const Json& spec) {
  const auto destination = json::find_string(spec, "dest").value_or(std::string());
  const auto source = json::find_string(spec, "source");
  auto local = json::find_string(spec, "local-address");
  if (!local) local = source;
  const auto wanted = wanted_family(spec);
  if (wanted) return Iperf3Route{destination, local, destination, wanted};
  if (!local) return Iperf3Route{destination, std::nullopt, std::nullopt, std::nullopt};
  auto pair = sdk::common_family(*local, destination, std::nullopt);
  if (!pair) return fail(std::move(pair.error()));
  return Iperf3Route{pair->destination, pair->source, pair->destination, std::nullopt};
}

bool needs_old_padding(const std::string& own, const std::string& other) {
  constexpr ProgramVersion kNewPadding{3, 17};
  return parse_program_version(own) >= kNewPadding && parse_program_version(other) < kNewPadding;
}

std::vector<std::string> iperf3_client_words(const Json& spec, const Iperf3Start& start,
                                             const Iperf3Route& route,
                                             const std::optional<Iperf3ClientKeys>& keys,
                                             Duration connect_limit) {
  const auto times = throughput_times(spec).value_or(ThroughputTimes{});
  CommandWords words(spec, "-p");
  words.add(std::to_string(start.port)).add_family(route.family_option);
  if (route.local) words.add("-B", *route.local);
  words.add("-c", route.destination).add("-t", whole_seconds(times.duration)).add("--json");
  add_interval(words, spec);
  words.add_integer("-P", "parallel").add_integer("-w", "window-size").add_integer("-M", "mss");
  if (times.omit > Duration::zero()) words.add("-O", whole_seconds(times.omit));
  words.add_integer("-b", "bandwidth").add_integer("--fq-rate", "fq-rate");
  if (is_udp(spec)) words.add("-u");
  words.add_integer("-l", "buffer-length").add_integer("-S", "ip-tos");
  if (const auto congestion = json::find_string(spec, "congestion")) words.add("-C", *congestion);
  if (json::find_bool(spec, "zero-copy").value_or(false)) words.add("-Z");
  words.add_integer("-L", "flow-label");
  if (json::find_bool(spec, "reverse").value_or(false)) words.add("-R");
  if (keys) words.add("--rsa-public-key-path", keys->public_key_file).add("--username", keys->username);
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(connect_limit).count();
  words.add("--connect-timeout", std::to_string(std::max<decltype(ms)>(ms, 1)));
  return joined(beginning(start), words.take());
}

std::vector<std::string> iperf3_server_words(const Json& spec, const Iperf3Start& start,
                                             const Iperf3Route& route,
                                             const std::optional<Iperf3ServerKeys>& keys,
                                             Duration idle_limit) {
  CommandWords words(spec, "-s");
  words.add("-1").add("--idle-timeout",
                      whole_seconds(std::max<Duration>(idle_limit, std::chrono::seconds(1))));
  words.add("--json").add("-p", std::to_string(start.port));
  if (route.listen) words.add("-B", *route.listen).add_family(route.family_option);
  add_interval(words, spec);
  if (keys) {
    words.add("--authorized-users-path", keys->users_file);
    words.add("--rsa-private-key-path", keys->private_key_file);
  }
  return joined(beginning(start), words.take());
}

}  // namespace pscheduler::plugins
