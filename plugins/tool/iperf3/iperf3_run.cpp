#include "iperf3_run.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "iperf3.hpp"
#include "iperf3_command.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/temp_dir.hpp"
#include "shared/iperf3_output.hpp"
#include "shared/processor_affinity.hpp"
#include "shared/throughput_peers.hpp"
#include "shared/throughput_result.hpp"
#include "shared/throughput_run.hpp"
#include "shared/throughput_spec.hpp"

namespace pscheduler::plugins {
namespace {

std::string version_in(const Json& data) {
  return json::find_string(data, "iperf3-version").value_or(std::string());
}

// Files of keys, which nobody else may read.
Result<std::string> private_file(const sdk::TempDir& folder, const std::string& name,
                                 const std::string& content) {
  const auto path = folder.path() / name;
  std::ofstream file(path, std::ios::binary);
  chmod(path.c_str(), S_IRUSR | S_IWUSR);
  file << content << std::flush;
  if (!file) return fail(Errc::unavailable, fmt::format("Could not write {}.", path.string()));
  return path.string();
}

// A participant's run, prepared before the start.
class Iperf3Run {
 public:
  Iperf3Run(const sdk::RunInput& input, ServerProgram setting, Iperf3Route route, sdk::TempDir folder)
      : input_(input), setting_(std::move(setting)), route_(std::move(route)), folder_(std::move(folder)) {}

  [[nodiscard]] Json client(const RunClock& clock) const;
  [[nodiscard]] Json server(const RunClock& clock) const;

 private:
  [[nodiscard]] Iperf3Start start_of(std::vector<std::string> prefix, int port, bool is_client) const;
  [[nodiscard]] Result<std::optional<Iperf3ClientKeys>> client_keys() const;
  [[nodiscard]] Result<std::optional<Iperf3ServerKeys>> server_keys() const;
  [[nodiscard]] int client_port() const;

  const sdk::RunInput& input_;
  ServerProgram setting_;
  Iperf3Route route_;
  sdk::TempDir folder_;
};

Iperf3Start Iperf3Run::start_of(std::vector<std::string> prefix, int port, bool is_client) const {
  const auto& own = participant_data_of(input_, is_client ? 0 : 1);
  const auto& other = participant_data_of(input_, is_client ? 1 : 0);
  const bool old_padding = has_two_ends(input_.spec) && needs_old_padding(version_in(own), version_in(other));
  return {std::move(prefix), setting_.program, old_padding, port};
}

int Iperf3Run::client_port() const {
  constexpr int kUsualPort = 5201;
  return server_port(input_, setting_.port, kUsualPort);
}

Result<std::optional<Iperf3ClientKeys>> Iperf3Run::client_keys() const {
  const Json* const auth = json::find_object(participant_data_of(input_, 1), "_auth");
  if (!has_two_ends(input_.spec) || auth == nullptr) return std::nullopt;
  const auto key = json::find_string(*auth, "public");
  const auto username = json::find_string(*auth, "username");
  const auto password = json::find_string(*auth, "password");
  if (!key || !username || !password) return std::nullopt;
  auto file = private_file(folder_, "public.pem", *key);
  if (!file) return fail(std::move(file.error()));
  setenv("IPERF3_PASSWORD", password->c_str(), 1);
  return Iperf3ClientKeys{std::move(*file), *username};
}

Result<std::optional<Iperf3ServerKeys>> Iperf3Run::server_keys() const {
  constexpr std::int64_t kSchemaWithKeys = 2;
  const Json* const auth = json::find_object(participant_data_of(input_, 1), "_auth");
  const bool client_knows =
      json::find_integer(participant_data_of(input_, 0), "schema").value_or(1) >= kSchemaWithKeys;
  if (!has_two_ends(input_.spec) || auth == nullptr || !client_knows) return std::nullopt;
  auto users = private_file(folder_, "users", json::find_string(*auth, "credentials").value_or(""));
  if (!users) return fail(std::move(users.error()));
  auto key = private_file(folder_, "private.pem", json::find_string(*auth, "private").value_or(""));
  if (!key) return fail(std::move(key.error()));
  return Iperf3ServerKeys{std::move(*users), std::move(*key)};
}

// 3.12 prints the error and exits with 0, later ones with 1.
bool was_refused(const sdk::ChildOutcome& outcome) {
  return outcome.end == sdk::ChildEnd::exited &&
         parse_iperf3_output(outcome.output).error.find("Connection refused") != std::string::npos;
}

bool is_port_taken(const sdk::ChildOutcome& outcome) {
  return outcome.end == sdk::ChildEnd::exited &&
         parse_iperf3_output(outcome.output + outcome.errors).error.find("Address already in use") !=
             std::string::npos;
}

// What iperf3 said, or what became of it.
std::string failure_of(const Iperf3Output& output, const sdk::ChildOutcome& outcome) {
  if (!outcome.trouble.empty()) return outcome.trouble;
  if (!output.error.empty()) return "iperf3: " + output.error + ".";
  if (!trim(outcome.errors).empty()) return std::string(trim(outcome.errors));
  return fmt::format("iperf3 exited with status {} and printed no result.", outcome.status);
}

Json Iperf3Run::client(const RunClock& clock) const {
  const auto keys = client_keys();
  if (!keys) return throughput_failed(keys.error().message, {});
  const auto affinity = affinity_prefix(json::find_integer(input_.spec, "client-cpu-affinity"), route_.local,
                                        route_.destination);
  const int port = client_port();
  const auto words = iperf3_client_words(input_.spec, start_of(affinity.words, port, true), route_, *keys,
                                         clock.left_to_begin());
  const auto attempts = run_until_answered(words, clock, &was_refused);
  const auto& outcome = attempts.last;
  const auto diags =
      program_diags(words, without_system_info(outcome.output), outcome.errors, affinity.remark);
  auto output = parse_iperf3_output(outcome.output);
  const bool ended = outcome.end == sdk::ChildEnd::exited && outcome.status == 0;
  if (ended && !output.measured.is_null()) return throughput_succeeded(std::move(output.measured), diags);
  auto error = failure_of(output, outcome);
  if (was_refused(outcome)) {
    error = fmt::format("No iperf3 server answered at {} port {}: connection refused.{}", route_.destination,
                        port, attempts_text(attempts));
  }
  return throughput_failed(error, diags);
}

Json Iperf3Run::server(const RunClock& clock) const {
  const auto keys = server_keys();
  if (!keys) return throughput_failed(keys.error().message, {});
  const auto affinity = affinity_prefix(json::find_integer(input_.spec, "server-cpu-affinity"), route_.listen,
                                        json::find_string(input_.spec, "source").value_or(std::string()));
  const auto start = start_of(affinity.words, setting_.port, false);
  auto route = route_;
  const auto idle_limit = clock.left_to_begin();
  auto words = iperf3_server_words(input_.spec, start, route, *keys, idle_limit);
  auto attempts = run_until_answered(words, clock, &is_port_taken);
  const auto said = attempts.last.output + attempts.last.errors;
  if (route.listen && said.find("Cannot assign requested address") != std::string::npos) {
    // Behind NAT the destination is no address of this host.
    route.listen.reset();
    words = iperf3_server_words(input_.spec, start, route, *keys, idle_limit);
    attempts = run_until_answered(words, clock, &is_port_taken);
  }
  const auto& outcome = attempts.last;
  const auto diags =
      program_diags(words, without_system_info(outcome.output), outcome.errors, affinity.remark);
  auto output = parse_iperf3_output(outcome.output);
  const bool ended = outcome.end == sdk::ChildEnd::exited && outcome.status == 0;
  if (ended && !output.measured.is_null()) return throughput_succeeded(std::move(output.measured), diags);
  if (ended && output.is_empty && trim(outcome.errors).empty()) {
    return throughput_failed(fmt::format("No client came to port {} within {:.0f} seconds.", setting_.port,
                                         std::ceil(static_cast<double>(idle_limit.count()) / 1e6)),
                             diags);
  }
  return throughput_failed(failure_of(output, outcome) + attempts_text(attempts), diags);
}

}  // namespace

Result<Json> run_iperf3(const sdk::RunInput& input) {
  constexpr int kServer = 1;
  PSCHEDULER_TRY(check_participant(input));
  const auto times = throughput_times(input.spec);
  if (!times) return fail(times.error());
  auto setting = iperf3_setting();
  if (!setting) return fail(setting.error());
  // What the client was told counts, even if the configuration has changed since.
  if (input.participant == kServer) setting->port = told_port(input, "server_port", setting->port);
  auto route = iperf3_route(input.spec);
  if (!route) return throughput_failed(route.error().message, {});
  auto folder = sdk::TempDir::create();
  if (!folder) return throughput_failed(folder.error().message, {});
  const Iperf3Run run(input, std::move(*setting), std::move(*route), std::move(*folder));
  return run_own_end(
      input, times->measuring(), [&](const RunClock& clock) { return run.client(clock); },
      [&](const RunClock& clock) { return run.server(clock); });
}

}  // namespace pscheduler::plugins
