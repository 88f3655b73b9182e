#include "services/limits/fetching.hpp"

#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::services {
namespace {

constexpr int kOk = 200;

// file:/path, file:///path or file://localhost/path
Result<std::string> read_file_url(const LimitPorts& ports, std::string_view rest) {
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
  return ports.read_file(*path);
}

}  // namespace

ports::AsyncResult<std::string> fetch_text(const LimitPorts& ports, Fetch fetch) {
  constexpr std::string_view kFileScheme = "file:";
  if (to_lower(std::string_view(fetch.url).substr(0, kFileScheme.size())) == kFileScheme) {
    co_return read_file_url(ports, std::string_view(fetch.url).substr(kFileScheme.size()));
  }
  ports::HttpCall call;
  call.url = std::move(fetch.url);
  if (!fetch.bind.empty()) call.bind_address = std::move(fetch.bind);
  call.body_bytes_max = fetch.bytes_max;
  call.time_limit = fetch.time_limit;
  auto answer = co_await ports.http.call(std::move(call));
  if (!answer) co_return fail(std::move(answer.error()));
  if (answer->status != kOk) {
    co_return fail(Errc::unreachable,
                   "the answer has status " + std::to_string(answer->status) + ", not 200");
  }
  co_return std::move(answer->body);
}

}  // namespace pscheduler::services
