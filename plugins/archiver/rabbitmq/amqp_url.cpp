#include "amqp_url.hpp"

#include <algorithm>

#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/addr/percent.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::uint16_t kPort = 5672;
constexpr std::uint16_t kTlsPort = 5671;

tl::unexpected<Error> refuse(std::string_view why) {
  return fail(Errc::invalid_argument, std::string("At /_url: ") + std::string(why));
}

// A '%' that begins no %XX is one itself: passwords have been written that way.
std::string decoded(std::string_view text) {
  return percent_decode(text, Plus::literal).value_or(std::string(text));
}

}  // namespace

Result<AmqpUrl> AmqpUrl::parse(std::string_view text) {
  AmqpUrl url;
  const auto scheme_end = text.find("://");
  const auto scheme = to_lower(text.substr(0, std::min(scheme_end, text.size())));
  if (scheme_end == std::string_view::npos || (scheme != "amqp" && scheme != "amqps"))
    return refuse("begins with neither amqp:// nor amqps://");
  url.tls = scheme == "amqps";
  text.remove_prefix(scheme_end + 3);
  text = text.substr(0, text.find_first_of("?#"));
  const auto path = std::min(text.find('/'), text.size());
  url.virtual_host = path == text.size() ? std::string() : decoded(text.substr(path + 1));
  auto server = text.substr(0, path);
  if (const auto at = server.rfind('@'); at != std::string_view::npos) {
    const auto user = server.substr(0, at);
    const auto colon = std::min(user.find(':'), user.size());
    url.user = decoded(user.substr(0, colon));
    if (colon < user.size()) url.password = decoded(user.substr(colon + 1));
    server.remove_prefix(at + 1);
  }
  const auto parsed = HostPort::parse(server, BareIpv6::refused);
  if (!parsed || parsed->port == 0) {
    return refuse(
        "names no host after its scheme and user, such as 'rabbit.example', '192.0.2.1:5672' or "
        "'[2001:db8::1]'; in a user name or password, write '/' as %2F, '?' as %3F and '#' as %23");
  }
  url.host = parsed->host;
  url.port = parsed->port.value_or(url.tls ? kTlsPort : kPort);
  for (const auto& part : {url.user, url.password, url.virtual_host}) {
    // Elsewhere it would end the text for the library.
    if (part.find('\0') != std::string::npos) return refuse("has a NUL character");
  }
  return url;
}

}  // namespace pscheduler::plugins
