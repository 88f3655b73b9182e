#include "pscheduler/addr/host_port.hpp"

#include <algorithm>
#include <charconv>

#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"

namespace pscheduler {
namespace {

constexpr std::size_t kNameMax = 255;
constexpr std::size_t kLabelMax = 63;

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Why a label is none; empty when it is one.
std::string_view why_not_label(std::string_view label, bool first) {
  if (label.empty()) return "it has an empty label";
  if (label.size() > kLabelMax) return "a label is longer than 63 characters";
  if (first && label.front() == '_') label.remove_prefix(1);
  const auto is_allowed = [](char c) { return is_alphanumeric(c) || c == '-'; };
  if (!std::all_of(label.begin(), label.end(), is_allowed)) {
    return "only letters, digits, hyphens and dots are allowed";
  }
  if (label.starts_with('-') || label.ends_with('-')) return "a label starts or ends with a hyphen";
  return {};
}

std::string_view why_not_name(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > kNameMax) return "it is longer than 255 characters";
  const auto is_beyond_ascii = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  if (std::any_of(text.begin(), text.end(), is_beyond_ascii)) {
    return "letters beyond ASCII must be written in their xn-- form";
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  bool first = true;
  for (const auto label : split(text, '.')) {
    if (const auto why = why_not_label(label, first); !why.empty()) return why;
    first = false;
  }
  return {};
}

tl::unexpected<Error> refuse(std::string_view text, std::string_view what, std::string_view why) {
  return fail(Errc::invalid_argument,
              "'" + excerpt(text) + "' is not a " + std::string(what) + ": " + std::string(why) + ".");
}

constexpr std::string_view kHostAndPort = "host, or host and port";

Result<std::optional<std::uint16_t>> parse_port(std::string_view text, std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (problem != std::errc() || end != digits.data() + digits.size() || digits.size() > 5) {
    return refuse(text, kHostAndPort, "the port must be a number from 0 to 65535");
  }
  return std::optional(port);
}

bool is_v6(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address && address->is_v6();
}

Result<HostPort> parse_bracketed(std::string_view text) {
  const auto close = text.find(']');
  if (close == std::string_view::npos) return refuse(text, kHostAndPort, "the closing bracket is missing");
  const auto host = text.substr(1, close - 1);
  if (!is_v6(host)) return refuse(text, kHostAndPort, "what stands in brackets must be an IPv6 address");
  const auto rest = text.substr(close + 1);
  if (rest.empty()) return HostPort{std::string(host), std::nullopt};
  if (rest.front() != ':') return refuse(text, kHostAndPort, "only :port may follow the bracket");
  const auto port = parse_port(text, rest.substr(1));
  if (!port) return fail(port.error());
  return HostPort{std::string(host), *port};
}

}  // namespace

Result<void> check_host_name(std::string_view text) {
  if (const auto why = why_not_name(text); !why.empty()) return refuse(text, "host name", why);
  return {};
}

Result<void> check_host(std::string_view text) {
  if (IpAddress::parse(text)) return {};
  if (const auto why = why_not_name(text); !why.empty()) return refuse(text, "host name or IP address", why);
  return {};
}

Result<HostPort> HostPort::parse(std::string_view text, BareIpv6 bare) {
  if (text.find("://") != std::string_view::npos) {
    return refuse(text, kHostAndPort, "it is a URL; leave out all but the host and its port");
  }
  if (text.starts_with('[')) return parse_bracketed(text);
  if (is_v6(text)) {
    if (bare == BareIpv6::accepted) return HostPort{std::string(text), std::nullopt};
    return refuse(text, kHostAndPort, "an IPv6 address must stand in brackets");
  }
  const auto colon = text.find(':');
  const auto host = text.substr(0, colon);
  if (!IpAddress::parse(host)) {
    if (const auto why = why_not_name(host); !why.empty()) return refuse(text, kHostAndPort, why);
  }
  if (colon == std::string_view::npos) return HostPort{std::string(host), std::nullopt};
  const auto port = parse_port(text, text.substr(colon + 1));
  if (!port) return fail(port.error());
  return HostPort{std::string(host), *port};
}

std::string HostPort::to_string() const {
  const bool needs_brackets = host.find(':') != std::string::npos;
  std::string text = needs_brackets ? "[" + host + "]" : host;
  if (port) text += ":" + std::to_string(*port);
  return text;
}

}  // namespace pscheduler
