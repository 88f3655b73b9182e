// pscheduler-iperf3: what iperf3 has to do with cryptography, its participant-data, and its `run`.

#include <array>
#include <nlohmann/json.hpp>

#include "credentials.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/program.hpp"
#include "shared/throughput_spec.hpp"
#include "tool/iperf3/iperf3.hpp"

namespace pscheduler::plugins {
namespace {

Result<Json> participant_data(int participant, const Json& test) {
  const auto setting = iperf3_setting();
  if (!setting) return fail(setting.error());
  auto version = iperf3_version(setting->program);
  if (!version) return fail(std::move(version.error()));
  constexpr int kSchema = 3;  // that of 5.2: authentication, and the version
  Json data = {{"schema", kSchema}, {"iperf3-version", std::move(*version)}};
  const Json* const spec = json::find_object(test, "spec");
  if (participant != 1 || spec == nullptr || !has_two_ends(*spec)) return data;
  auto made = make_credentials();
  if (!made) return fail(std::move(made.error()));
  data["server_port"] = setting->port;
  data["_auth"] = {{"private", made->private_key},
                   {"public", made->public_key},
                   {"username", made->username},
                   {"password", made->password},
                   {"credentials", made->users}};
  return data;
}

}  // namespace
}  // namespace pscheduler::plugins

int main(int argc, char** argv) {
  auto tool = pscheduler::plugins::tool_iperf3;
  tool.data_elsewhere = false;
  tool.participant_data = &pscheduler::plugins::participant_data;
  const std::array<const pscheduler::sdk::ToolPlugin*, 1> tools{&tool};
  pscheduler::sdk::Catalogue catalogue;
  catalogue.tools = tools;
  return pscheduler::sdk::run_program(catalogue, argc, argv);
}
