#include "services/limits/fetching.hpp"

#include <array>
#include <optional>
#include <vector>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"
#include "services/limits/aside.hpp"

namespace pscheduler::services {
namespace {

constexpr int kOk = 200;
constexpr Duration kCallTimeMax = std::chrono::seconds(10);  // where the call has no limit of its own

// file:/path, file:///path or file://localhost/path
Result<std::string> read_file_url(const LimitPorts& ports, std::string_view rest, std::size_t bytes_max) {
  for (const std::string_view host : {"//localhost/", "///"}) {
    if (!rest.starts_with(host)) continue;
    rest.remove_prefix(host.size() - 1);
    break;
  }
  auto path = percent_decode(rest, Plus::literal);
  if (!path) return path;
  if (!path->starts_with('/') || path->starts_with("//")) {
    return fail(Errc::invalid_argument,
                "a file: URL needs an absolute path, such as file:///etc/networks.txt");
  }
  return ports.read_file(*path, bytes_max);
}

// Of the addresses of an interface or a name, those to call from: one of each family.
class Sources {
 public:
  void add(const std::string& literal) {
    const auto address = IpAddress::parse(literal);
    if (!address || address->is_link_local()) return;
    auto& place = address->is_v6() ? v6_ : v4_;
    if (!place) place = literal;
  }
  [[nodiscard]] std::vector<std::string> take() const {
    std::vector<std::string> found;
    for (const auto& source : {v4_, v6_}) {
      if (source) found.push_back(*source);
    }
    return found;
  }

 private:
  std::optional<std::string> v4_;
  std::optional<std::string> v6_;
};

ports::AsyncResult<std::vector<std::string>> sources_of(const LimitPorts& ports, std::string bind,
                                                        Duration time_limit) {
  if (IpAddress::parse(bind)) co_return std::vector<std::string>{std::move(bind)};
  Sources sources;
  const auto own = ports.networks.networks();
  if (!own) co_return fail(own.error());
  for (const auto& network : *own) {
    if (network.interface == bind) sources.add(network.address);
  }
  auto found = sources.take();
  if (!found.empty()) co_return found;
  constexpr std::array kTypes{ports::RecordType::a, ports::RecordType::aaaa};
  for (const auto type : kTypes) {
    const Duration part = time_limit / static_cast<int>(kTypes.size());
    const auto records = co_await ports.dns.records(bind, type, part);
    if (!records) continue;
    for (const auto& address : *records) sources.add(address);
  }
  found = sources.take();
  if (!found.empty()) co_return found;
  co_return fail(Errc::unreachable, "'" + excerpt(bind) +
                                        "', to call from, is neither an interface of this host with an "
                                        "address nor a name that the DNS knows");
}

}  // namespace

ports::AsyncResult<ports::HttpAnswer> call_from(const LimitPorts& ports, std::string bind,
                                                ports::HttpCall call) {
  if (bind.empty()) co_return co_await ports.http.call(std::move(call));
  const Duration time_limit = call.time_limit.value_or(kCallTimeMax);
  const Duration deadline = ports.clock.steady() + time_limit;
  auto finding = sources_of(ports, std::move(bind), time_limit);
  const auto sources = co_await std::move(finding);
  if (!sources) co_return fail(sources.error());
  Result<ports::HttpAnswer> answer = fail(Errc::timed_out, "the address to call from was not found in time");
  for (const auto& source : *sources) {
    const Duration left = deadline - ports.clock.steady();
    if (left <= Duration::zero()) break;
    ports::HttpCall from = call;
    from.bind_address = source;
    from.time_limit = left;
    answer = co_await ports.http.call(std::move(from));
    // Only then may the other family do better.
    if (answer || answer.error().code != Errc::unreachable) break;
  }
  co_return answer;
}

ports::AsyncResult<std::string> fetch_text(const LimitPorts& ports, Fetch fetch) {
  constexpr std::string_view kFileScheme = "file:";
  if (to_lower(std::string_view(fetch.url).substr(0, kFileScheme.size())) == kFileScheme) {
    auto reading =
        aside(ports.workers, [&ports, rest = fetch.url.substr(kFileScheme.size()),
                              bytes_max = fetch.bytes_max] { return read_file_url(ports, rest, bytes_max); });
    co_return co_await std::move(reading);
  }
  ports::HttpCall call;
  call.url = std::move(fetch.url);
  call.body_bytes_max = fetch.bytes_max;
  call.time_limit = fetch.time_limit;
  auto calling = call_from(ports, std::move(fetch.bind), std::move(call));
  auto answer = co_await std::move(calling);
  if (!answer) co_return fail(std::move(answer.error()));
  if (answer->status != kOk) {
    co_return fail(Errc::unreachable,
                   "the answer has status " + std::to_string(answer->status) + ", not 200");
  }
  co_return std::move(answer->body);
}

}  // namespace pscheduler::services
