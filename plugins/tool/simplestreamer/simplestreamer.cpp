// simplestreamer: participant 0 connects and sends a text, participant 1 listens and receives it.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <random>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/envelope.hpp"
#include "pscheduler/plugin_sdk/fields.hpp"
#include "pscheduler/plugin_sdk/names.hpp"
#include "pscheduler/plugin_sdk/report.hpp"
#include "pscheduler/plugin_sdk/timing.hpp"
#include "pscheduler/plugin_sdk/tool_plugin.hpp"
#include "pscheduler/time/iso8601.hpp"
#include "shared/route.hpp"
#include "text_stream.hpp"

namespace pscheduler::plugins {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 1> kTests{"simplestream"};
constexpr Duration kTimeout = std::chrono::seconds(5);
constexpr int kPortFirst = 5890;  // those firewalls of perfSONAR hosts let through
constexpr int kPortLast = 5899;

struct Times {
  Duration dawdle{};   // at most
  Duration timeout{};  // from the start to the end
};

Result<Times> times_of(const Json& spec) {
  const auto dawdle = sdk::duration_member(spec, "dawdle", Duration::zero());
  if (!dawdle) return fail(dawdle.error());
  const auto otherwise = *dawdle > Duration::zero() ? *dawdle * 2 : kTimeout;
  const auto timeout = sdk::duration_member(spec, "timeout", otherwise);
  if (!timeout) return fail(timeout.error());
  return Times{*dawdle, *timeout};
}

std::vector<std::string> reasons_against(const Json& spec) {
  const auto times = times_of(spec);
  if (!times) return {times.error().message};
  if (times->timeout <= Duration::zero())
    return {"A timeout of no time at all leaves none to send in; give PT1S at least."};
  if (times->dawdle > times->timeout / 2) {
    return {fmt::format("The dawdle {} is more than half of the timeout {}; give {} at most.",
                        format_duration(times->dawdle), format_duration(times->timeout),
                        format_duration(times->timeout / 2))};
  }
  return {};
}

Result<Duration> slot(const Json& spec) {
  const auto times = times_of(spec);
  if (!times) return fail(times.error());
  return times->timeout;
}

// The receiver's part is the port it will listen on.
Result<Json> participant_data(int participant, const Json& test) {
  if (participant != 1) return Json::object();
  const Json* const spec = json::find_object(test, "spec");
  const auto wanted = spec == nullptr ? std::nullopt : json::find_integer(*spec, "port");
  std::random_device random;
  const auto port = wanted ? *wanted : std::uniform_int_distribution<>(kPortFirst, kPortLast)(random);
  return Json{{"listen-port", port}};
}

Result<std::uint16_t> listen_port(const sdk::RunInput& input) {
  constexpr std::size_t kReceiver = 1;
  const auto& data = input.participant_data;
  const auto port =
      data.size() > kReceiver ? json::find_integer(data[kReceiver], "listen-port") : std::nullopt;
  if (!port || *port < 1 || *port > 65535) {
    return fail(Errc::invalid_argument,
                "participant-data: the second participant must give a \"listen-port\" from 1 to 65535.");
  }
  return static_cast<std::uint16_t>(*port);
}

// The addresses of source and destination, in pairs of a family that is allowed and both have; IPv6 first.
Result<std::vector<StreamPath>> stream_paths(const Json& spec) {
  const auto destination = json::find_string(spec, "dest").value_or(std::string());
  const auto source = json::find_string(spec, "source");
  const auto found = sdk::resolve_hosts({destination, source.value_or(destination)});
  const auto wanted = wanted_family(spec);
  std::vector<StreamPath> paths;
  for (const auto family : {sdk::IpFamily::v6, sdk::IpFamily::v4}) {
    if (wanted && *wanted != family) continue;
    const auto& to = family == sdk::IpFamily::v6 ? found[0].v6 : found[0].v4;
    const auto& from = family == sdk::IpFamily::v6 ? found[1].v6 : found[1].v4;
    if (to && from) paths.push_back({source ? from : std::nullopt, *to});
  }
  if (!paths.empty()) return paths;
  const auto family_text = wanted ? fmt::format("IPv{} ", static_cast<int>(*wanted)) : std::string();
  return fail(Errc::unreachable,
              source ? fmt::format("Source {} and destination {} have no {}address family in common.",
                                   *source, destination, family_text)
                     : fmt::format("Destination {} has no {}address.", destination, family_text));
}

// Where to listen: on the destination's addresses, or on any when its name means nothing here.
std::vector<std::string> listen_addresses(const Json& spec) {
  const auto wanted = wanted_family(spec);
  const auto found = sdk::resolve_hosts({json::find_string(spec, "dest").value_or(std::string())}).front();
  std::vector<std::string> addresses;
  if (found.v6 && wanted != sdk::IpFamily::v4) addresses.push_back(*found.v6);
  if (found.v4 && wanted != sdk::IpFamily::v6) addresses.push_back(*found.v4);
  if (!addresses.empty()) return addresses;
  if (wanted != sdk::IpFamily::v4) addresses.emplace_back("::");
  if (wanted != sdk::IpFamily::v6) addresses.emplace_back("0.0.0.0");
  return addresses;
}

double chance() {
  std::random_device random;
  return std::generate_canonical<double, 32>(random);
}

std::string material_of(const Json& spec) {
  if (auto text = json::find_string(spec, "test-material")) return *text;
  return fmt::format("It is {}, and this goes from one end to the other.",
                     format_timestamp(sdk::now(), Zone::utc()));
}

Json send(const sdk::RunInput& input, std::uint16_t port, const Times& times) {
  const auto paths = stream_paths(input.spec);
  if (!paths) return sdk::failed_run(paths.error().message, {});
  const auto dawdled =
      Duration(static_cast<Duration::rep>(static_cast<double>(times.dawdle.count()) * chance()));
  sdk::sleep_until(input.start);
  const auto deadline = Clock::now() + times.timeout;
  const auto text = material_of(input.spec);
  sdk::sleep_for(dawdled);
  const auto sent = send_text(*paths, port, text, deadline);
  std::string addresses;
  for (const auto& path : *paths) addresses += (addresses.empty() ? "" : " or ") + path.destination;
  if (!sent) {
    return sdk::failed_run(
        fmt::format("Could not send to {} port {} within {}: {}. Does the other participant run, and do "
                    "firewalls let TCP port {} through?",
                    addresses, port, sdk::human_duration(times.timeout), sent.error().message, port),
        {});
  }
  return sdk::succeeded_run(
      {{"schema", 1}, {"succeeded", true}, {"dawdled", format_duration(dawdled)}, {"sent", text}},
      fmt::format("Sent {} bytes to {} port {}.", text.size(), addresses, port));
}

Json receive(const sdk::RunInput& input, std::uint16_t port, const Times& times) {
  const auto addresses = listen_addresses(input.spec);
  sdk::sleep_until(input.start);
  const auto begin = Clock::now();
  const auto text = receive_text(addresses, port, begin + times.timeout);
  if (!text) {
    const bool late = text.error().code == Errc::timed_out;
    return sdk::failed_run(
        text.error().message +
            (late
                 ? fmt::format(" It had {}. Does the other participant run, and do firewalls let TCP port {} "
                               "through?",
                               sdk::human_duration(times.timeout), port)
                 : std::string()),
        {});
  }
  if (!is_utf8(*text)) return sdk::failed_run("What was received is no UTF-8 text.", {});
  const auto elapsed = std::chrono::duration_cast<Duration>(Clock::now() - begin);
  return sdk::succeeded_run(
      {{"schema", 1}, {"succeeded", true}, {"received", *text}, {"elapsed-time", format_duration(elapsed)}},
      fmt::format("Received {} bytes on port {}.", text->size(), port));
}

Result<Json> run(const sdk::RunInput& input) {
  if (input.participant != 0 && input.participant != 1) {
    return fail(Errc::invalid_argument,
                fmt::format("participant is {}; this tool has the participants 0 and 1.", input.participant));
  }
  const auto port = listen_port(input);
  if (!port) return fail(port.error());
  const auto times = times_of(input.spec);
  if (!times) return fail(times.error());
  const double wanted = json::find_number(input.spec, "fail").value_or(0);
  if (wanted > 0 && chance() < wanted)
    return sdk::failed_run("The test failed because \"fail\" asked for it.", {});
  return input.participant == 0 ? send(input, *port, *times) : receive(input, *port, *times);
}

Json merged_results(const Json& /*test*/, const Json& results) {
  static constexpr std::array<std::string_view, 2> kRoles{"sender", "receiver"};
  static constexpr std::array<std::array<const char*, 2>, 2> kMembers{
      {{"dawdled", "sent"}, {"received", "elapsed-time"}}};
  Json merged = {{"schema", 1}, {"succeeded", true}};
  std::vector<std::string> errors;
  std::string diags;
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    const auto part = sdk::participant_result(results, i);
    if (!part.result) {
      errors.push_back(
          fmt::format("The {}: {}", kRoles[i], json::find_string(part.failure, "error").value_or("")));
      if (const auto more = json::find_string(part.failure, "diags"))
        diags += fmt::format("{}The {}:\n{}", diags.empty() ? "" : "\n", kRoles[i], *more);
      continue;
    }
    for (const auto* name : kMembers[i]) {
      const auto value = json::find_string(*part.result, name);
      if (value) {
        merged[name] = *value;
      } else {
        errors.push_back(fmt::format("The {}'s result has no \"{}\".", kRoles[i], name));
      }
    }
  }
  return errors.empty() ? merged : sdk::failed_result(join(errors, "\n"), diags);
}

}  // namespace

extern const sdk::ToolPlugin tool_simplestreamer;
constinit const sdk::ToolPlugin tool_simplestreamer{
    .identity = {"simplestreamer", "Send a text over TCP"},
    .tests = kTests,
    .preference = 0,
    .spec_schema_max = 3,
    .reasons_against = &reasons_against,
    .duration = &slot,
    .participant_data = &participant_data,
    .run = &run,
    .merged_results = &merged_results,
};

}  // namespace pscheduler::plugins
