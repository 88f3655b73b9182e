#include <algorithm>
#include <utility>

#include "pscheduler/base/text.hpp"
#include "services/limits/aside.hpp"
#include "services/limits/fetching.hpp"

namespace pscheduler::services {
namespace {

constexpr std::size_t kFileBytesMax = 16u << 20;  // the JSON reader's own bound
constexpr Duration kFileTimeMax = std::chrono::seconds(10);
constexpr Duration kCompileTimeMax = std::chrono::seconds(5);  // compiling takes tens of milliseconds

limits::Problem problem(std::string pointer, std::string message) {
  if (message.ends_with('.')) message.pop_back();
  return {std::move(pointer), std::move(message), {}};
}

// One after the other: they wait for the same helper anyway.
ports::Async<void> compile_all(const LimitPorts& ports, const std::vector<limits::LocatedScript>& scripts,
                               std::vector<limits::Problem>& problems) {
  for (const auto& [pointer, script] : scripts) {
    const ports::Script program{script->text, script->variables};
    auto compiled = co_await ports.scripts.check(program, kCompileTimeMax);
    if (!compiled) problems.push_back(problem(pointer, std::move(compiled.error().message)));
  }
}

bool needs_local_networks(const limits::Rules& rules) {
  return std::any_of(rules.identifiers.begin(), rules.identifiers.end(),
                     [](const limits::Identifier& identifier) {
                       return std::holds_alternative<limits::LocalInterfaceIdentifier>(identifier.data) ||
                              std::holds_alternative<limits::LocalSubnetIdentifier>(identifier.data);
                     });
}

Result<limits::LocalNetworks> local_networks(const ports::HostNetworks& host) {
  const auto interfaces = host.networks();
  if (!interfaces) return fail(interfaces.error());
  limits::LocalNetworks local;
  std::vector<Cidr> subnets;
  for (const auto& interface : *interfaces) {
    const auto address = IpAddress::parse(interface.address);
    if (!address) continue;
    local.addresses.push_back(*address);
    subnets.emplace_back(*address, std::clamp(interface.prefix, 0, address->bits()));
  }
  local.subnets = limits::NetworkSet(subnets);
  return local;
}

}  // namespace

ports::Async<LimitRules::Loaded> LimitRules::load(LimitPorts ports, std::string text,
                                                  limits::Strictness strictness) {
  Loaded loaded;
  if (const auto url = limits::url_in(text)) {
    Fetch fetch{*url, "", kFileBytesMax, kFileTimeMax};
    auto fetched = co_await fetch_text(ports, std::move(fetch));
    if (!fetched) {
      loaded.problems.push_back(
          problem("", "the rules at " + excerpt(*url) + " cannot be fetched: " + fetched.error().message));
      co_return loaded;
    }
    text = std::move(*fetched);
  }
  auto reading = aside(ports.workers, [&text, strictness] { return limits::load(text, strictness); });
  auto read = co_await std::move(reading);
  loaded.problems = std::move(read.problems);
  loaded.warnings = std::move(read.warnings);
  co_await compile_all(ports, read.scripts, loaded.problems);
  limits::LocalNetworks local;
  if (read.rules && needs_local_networks(*read.rules)) {
    auto found = local_networks(ports.networks);
    if (found) {
      local = std::move(*found);
    } else {
      loaded.problems.push_back(problem("/identifiers", std::move(found.error().message)));
    }
  }
  limits::place_problems(loaded.problems, text);
  if (!loaded.problems.empty()) co_return loaded;
  loaded.rules = std::make_shared<LimitRules>(std::move(ports), std::move(read.rules), std::move(local));
  co_return loaded;
}

}  // namespace pscheduler::services
