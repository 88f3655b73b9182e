#include "shared/bwctl_ends.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netdb.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/reader.hpp"
#include "pscheduler/plugin_sdk/child_program.hpp"

namespace pscheduler::plugins {
namespace {

// Three seconds for all questions together, and the start of the program; methods have five in all.
constexpr Duration kProbeLimit = std::chrono::seconds(4);

// Whether one of this machine's interfaces has the address.
bool is_here(const std::string& host) {
  const auto wanted = IpAddress::parse(host);
  if (!wanted) return false;
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(all, &freeifaddrs);
  for (const auto* entry = all; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const bool is_v6 = entry->ifa_addr->sa_family == AF_INET6;
    if (!is_v6 && entry->ifa_addr->sa_family != AF_INET) continue;
    std::array<char, NI_MAXHOST> text{};
    const socklen_t size = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    if (getnameinfo(entry->ifa_addr, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0)
      continue;
    const auto address = IpAddress::parse(text.data());
    if (address && *address == *wanted) return true;
  }
  return false;
}

// The program beside this one that asks.
std::string probe_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return (self.parent_path() / "pscheduler-bwctl-probe").string();
}

// Yes or no for each question; no for all of them when they could not be asked.
std::vector<bool> ask(const std::vector<std::string>& questions) {
  std::vector<bool> answers(questions.size(), false);
  if (questions.empty()) return answers;
  std::vector<std::string> words{probe_program()};
  words.insert(words.end(), questions.begin(), questions.end());
  const auto outcome = sdk::run_child({.words = std::move(words), .time_limit = kProbeLimit});
  const auto list = json::read(outcome.output);
  if (!list || !list->is_array() || list->size() != questions.size()) return answers;
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] = (*list)[i] == true;
  return answers;
}

// One end's part in the questions: what it is called where, and where its answers are.
struct Asked {
  std::string node;  // where pScheduler would be; empty: here
  std::string host;  // the address the measurement uses; empty: one of this host's
  std::optional<std::size_t> pscheduler;
  std::optional<std::size_t> bwctl;
};

Asked add_questions(const Json& spec, std::string_view host_field, std::string_view node_field,
                    std::uint16_t bwctl_port, std::vector<std::string>& questions) {
  Asked asked;
  const auto address = json::find_string(spec, host_field);
  asked.node = json::find_string(spec, node_field).value_or(address.value_or(std::string()));
  const auto node = HostPort::parse(asked.node, BareIpv6::accepted);
  const auto host = HostPort::parse(address.value_or(asked.node), BareIpv6::accepted);
  asked.host = host ? host->host : address.value_or(std::string());
  if (!node || !host) return asked;
  if (!is_here(node->host)) {
    asked.pscheduler = questions.size();
    questions.push_back(fmt::format("https://{}/pscheduler/", node->to_string()));
  }
  asked.bwctl = questions.size();
  questions.push_back(fmt::format("bwctl://{}", HostPort{asked.host, bwctl_port}.to_string()));
  return asked;
}

BwctlEnd end_of(const Asked& asked, const std::vector<bool>& answers) {
  return {.host = asked.host.empty() ? "this host" : asked.host,
          .has_pscheduler = !asked.pscheduler || answers[*asked.pscheduler],
          .has_bwctl = asked.bwctl && answers[*asked.bwctl]};
}

bool names_source(const Json& spec) {
  return json::find(spec, "source") != nullptr || json::find(spec, "source-node") != nullptr;
}

}  // namespace

BwctlEnds find_bwctl_ends(const Json& spec, const BwctlSettings& settings) {
  std::vector<std::string> questions;
  const auto source = add_questions(spec, "source", "source-node", settings.port(), questions);
  const auto destination = add_questions(spec, "dest", "dest-node", settings.port(), questions);
  const auto answers = ask(questions);
  return {end_of(source, answers), end_of(destination, answers)};
}

BwctlSide bwctl_side(const BwctlEnds& ends, const BwctlTest& test, const BwctlSettings& settings) {
  const auto alone = [](const BwctlEnd& end) { return end.has_bwctl && !end.has_pscheduler; };
  if (ends.destination.has_pscheduler && alone(ends.source)) return BwctlSide::source;
  const bool to_destination = test.two_ends || !settings.source_only();
  if (to_destination && ends.source.has_pscheduler && alone(ends.destination)) return BwctlSide::destination;
  return BwctlSide::none;
}

std::string why_no_bwctl(const BwctlEnds& ends, const BwctlSettings& settings) {
  const auto& source = ends.source;
  const auto& destination = ends.destination;
  if (source.has_pscheduler && destination.has_pscheduler)
    return "Both ends have pScheduler, so BWCTL is not needed.";
  if (!source.has_pscheduler && !destination.has_pscheduler)
    return fmt::format("Neither {} nor {} has pScheduler.", source.host, destination.host);
  const auto& without = source.has_pscheduler ? destination : source;
  if (!without.has_bwctl)
    return fmt::format("{} has neither pScheduler nor BWCTL on port {}.", without.host, settings.port());
  return fmt::format("{} has BWCTL alone, but only sources may (source_only in tool/bwctl.conf).",
                     without.host);
}

BwctlSide find_bwctl_side(const Json& spec, const BwctlTest& test) {
  const auto settings = BwctlSettings::load();
  if (!trouble_with_bwctl(settings, test).empty()) return BwctlSide::none;
  return bwctl_side(find_bwctl_ends(spec, *settings), test, *settings);
}

std::optional<std::string> bwctl_lead(const Json& spec, const BwctlTest& test) {
  if (!names_source(spec) || find_bwctl_side(spec, test) != BwctlSide::source) return std::nullopt;
  return json::find_string(spec, "dest");
}

std::vector<std::string> declining_bwctl_sources(std::vector<std::string> reasons, const Json& spec,
                                                 const BwctlTest& test) {
  if (names_source(spec) && find_bwctl_side(spec, test) == BwctlSide::source)
    reasons.emplace_back(
        "The source has BWCTL and no pScheduler; only tools that use BWCTL can measure from there.");
  return reasons;
}

}  // namespace pscheduler::plugins
