#include "shared/throughput_peers.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "shared/bwctl_ends.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {

const Json& participant_data_of(const sdk::RunInput& input, std::size_t participant) {
  static const Json none = Json::object();
  return participant < input.participant_data.size() ? input.participant_data[participant] : none;
}

int told_port(const sdk::RunInput& input, const char* name, int otherwise) {
  constexpr std::int64_t kPortMax = 65'535;
  const auto port = json::find_integer(participant_data_of(input, 1), name);
  return port && *port >= 1 && *port <= kPortMax ? static_cast<int>(*port) : otherwise;
}

int server_port(const sdk::RunInput& input, int own, int usual) {
  if (is_loopback(input.spec)) return own;
  if (!is_single_ended(input.spec)) return told_port(input, "server_port", usual);
  return static_cast<int>(json::find_integer(input.spec, "single-ended-port").value_or(usual));
}

Result<void> check_participant(const sdk::RunInput& input) {
  const int last = has_two_ends(input.spec) ? 1 : 0;
  if (input.participant >= 0 && input.participant <= last) return {};
  return fail(Errc::invalid_argument,
              fmt::format("There is no participant {} in this test.", input.participant));
}

std::vector<std::string> declining_bwctl_ends(std::vector<std::string> reasons, const Json& spec) {
  if (has_two_ends(spec) && find_bwctl_side(spec, kBwctlThroughput) != BwctlSide::none)
    reasons.emplace_back("One end has BWCTL and no pScheduler, so only tools that use BWCTL can measure.");
  return reasons;
}

bool throughput_asks_around() {
  return has_bwctl(kBwctlThroughput);
}

}  // namespace pscheduler::plugins
