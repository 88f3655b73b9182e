#include "cli/api_url.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/addr/percent.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::cli {
namespace {

// A host with its name as the DNS has it; a port stays behind it. Text in ASCII is left alone.
Result<std::string> in_ascii(std::string_view host) {
  if (std::all_of(host.begin(), host.end(), [](char c) { return (c & 0x80) == 0; })) return std::string(host);
  const auto colon = std::min(host.find(':'), host.size());
  const std::string name(host.substr(0, colon));
  char* encoded = nullptr;
  const int problem = idn2_to_ascii_8z(name.c_str(), &encoded, IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner(encoded, idn2_free);
  if (problem != IDN2_OK) {
    return fail(Errc::invalid_argument,
                "Host \"" + excerpt(host) + "\" has no DNS form: " + idn2_strerror(problem));
  }
  return encoded + std::string(host.substr(colon));
}

}  // namespace

Result<std::string> api_url(std::string_view host, std::string_view path) {
  const auto ascii = in_ascii(host);
  if (!ascii) return ascii;
  const auto server = HostPort::parse(*ascii, BareIpv6::accepted);
  if (!server) return fail(server.error());
  return "https://" + server->to_string() + "/pscheduler/" + std::string(path);
}

Result<void> check_task_url(const std::string& url) {
  const auto task = TaskUrl::parse(url);
  if (!task || task->run) {
    return fail(Errc::invalid_argument, "\"" + excerpt(url, 200) +
                                            "\" is not the URL of a task; those look like "
                                            "https://HOST/pscheduler/tasks/UUID");
  }
  return {};
}

std::string host_of(const std::string& url) {
  const auto parsed = Url::parse(url);
  return parsed ? parsed->server.to_string() : url;
}

std::string with_parameters(const std::string& url, const Parameters& parameters) {
  std::string text = url;
  char separator = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : parameters) {
    text.append(1, separator).append(percent_encode(name)).append(1, '=').append(percent_encode(value));
    separator = '&';
  }
  return text;
}

}  // namespace pscheduler::cli
