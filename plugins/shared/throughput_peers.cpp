#include "shared/throughput_peers.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
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

Result<void> check_participant(const sdk::RunInput& input) {
  const int last = has_two_ends(input.spec) ? 1 : 0;
  if (input.participant >= 0 && input.participant <= last) return {};
  return fail(Errc::invalid_argument,
              fmt::format("There is no participant {} in this test.", input.participant));
}

}  // namespace pscheduler::plugins
