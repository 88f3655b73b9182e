// pscheduler-psclock: the `run` of psclock.

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "fetch.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "tool/psclock/psclock.hpp"

namespace pscheduler::plugins {
namespace {

// How this machine calls its own node, as 5.2 does.
std::string local_node() {
  if (const char* const given = std::getenv("PSCHEDULER_LOCALHOST"); given != nullptr && *given != '\0')
    return given;
  constexpr std::size_t kNameMax = 256;
  std::array<char, kNameMax> name{};
  if (gethostname(name.data(), name.size() - 1) == 0 && name.front() != '\0') return name.data();
  return "localhost";
}

Result<Json> run(const sdk::RunInput& input) {
  const auto timeout = clock_timeout(input.spec);
  if (!timeout) return fail(timeout.error());
  const auto remote = json::find_string(input.spec, "dest");
  if (!remote) return fail(Errc::invalid_argument, "The spec has no \"dest\".");
  const std::array hosts{json::find_string(input.spec, "source").value_or(local_node()), *remote};
  std::vector<std::string> urls;
  for (const auto& host : hosts) urls.push_back(fmt::format("https://{}/pscheduler/clock", host));
  sdk::sleep_until(input.start);
  const auto answers = fetch_all(urls, *timeout);

  std::array<Json, 2> clocks;
  std::string errors;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    auto clock = answers[i].error.empty()
                     ? read_clock(hosts[i], answers[i].status, answers[i].body)
                     : fail(Errc::unreachable, fmt::format("{}: {}", hosts[i], answers[i].error));
    if (clock) {
      clocks[i] = std::move(*clock);
    } else {
      errors += (errors.empty() ? "" : "\n") + clock.error().message;
    }
  }
  const auto diags = fmt::format("{}\n{}", urls[0], urls[1]);
  if (!errors.empty()) return sdk::failed_run(errors, diags);
  auto result = compare_clocks(clocks[0], clocks[1]);
  if (!result) return sdk::failed_run(result.error().message, diags);
  return sdk::succeeded_run(std::move(*result), diags);
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  auto tool = pscheduler::plugins::tool_psclock;
  tool.run = &pscheduler::plugins::run;
  const std::array<const pscheduler::sdk::ToolPlugin*, 1> tools{&tool};
  pscheduler::sdk::Catalogue catalogue;
  catalogue.tools = tools;
  return pscheduler::sdk::run_program(catalogue, argc, argv);
}
