#include "cli/troubleshoot/host_checks.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "cli/api_url.hpp"
#include "cli/clock_reading.hpp"
#include "cli/json_members.hpp"
#include "cli/servers.hpp"
#include "cli/text_layout.hpp"
#include "cli/user_times.hpp"
#include "pscheduler/addr/host_port.hpp"
#include "pscheduler/addr/ip_address.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/time/iso8601.hpp"

namespace pscheduler::cli {
namespace {

using std::chrono::seconds;

constexpr Duration kPresenceLimit = seconds(3);
constexpr Duration kAnswerLimit = seconds(30);

// What a server is made of, for clients; newer ones are one process and say the same of its parts.
constexpr std::array kServices{"ticker", "scheduler", "runner", "archiver"};

const char* const kAskItsLog = "Its log says why: journalctl -u pschedulerd, or /var/log/pscheduler for 5.2.";

CallOptions brief(Duration limit = kAnswerLimit) {
  CallOptions call;
  call.time_limit = limit;
  return call;
}

Reply ask(Context& context, const std::string& host, const std::string& path, Duration limit = kAnswerLimit) {
  const auto url = api_url(host, path);
  if (!url) return {400, url.error().message, false};
  return context.server.get(*url, {}, brief(limit));
}

std::string family_words(IpVersion version) {
  return version == IpVersion::v4   ? "an IPv4 address"
         : version == IpVersion::v6 ? "an IPv6 address"
                                    : "an address";
}

// "3 minutes ago".
std::string ago(Duration length) {
  const auto text = rough_length(length);
  return length < Duration::zero() ? "in " + text : text + " ago";
}

}  // namespace

std::string without_port(const std::string& host) {
  const auto parsed = HostPort::parse(host, BareIpv6::accepted);
  return parsed ? parsed->host : host;
}

bool is_literal(const std::string& host) {
  return IpAddress::parse(without_port(host)).has_value();
}

std::vector<std::string> addresses_in(const Context& context, const std::string& host, IpVersion version) {
  const auto name = without_port(host);
  auto addresses = is_literal(name) ? std::vector{name} : context.environment.addresses_of(name);
  std::erase_if(addresses, [version](const std::string& address) {
    const bool is_v6 = address.find(':') != std::string::npos;
    return version != IpVersion::any && is_v6 != (version == IpVersion::v6);
  });
  return addresses;
}

Finding check_name(Context& context, const std::string& host, IpVersion version) {
  const auto name = without_port(host);
  const auto addresses = addresses_in(context, name, version);
  if (!addresses.empty()) return good(enumerate(addresses));
  return bad("No " + family_words(version).substr(3) + " of " + name + " could be found.",
             "Check the spelling, /etc/hosts, and with \"getent ahosts " + name +
                 "\" whether the name servers in /etc/resolv.conf answer and know it.");
}

Finding check_mtu(Context& context, const std::string& from, const std::string& host) {
  const auto dest = without_port(host);
  const auto url = api_url(from, "mtu-safe");
  if (!url) return bad(url.error().message, "Name the host otherwise.");
  const Reply reply = context.server.get(*url, {{"dest", dest}}, CallOptions{});
  // Who checks others need not run a server.
  if (!reply.reached) {
    return noted("not measured, as " + from + " runs no pScheduler",
                 "The path from a host is measured by its server; " + server_trouble(context, from, reply));
  }
  if (reply.status == 404) return good("not supported by " + from);
  if (reply.status == 504) {
    return noted("timed out",
                 "Something on the way to " + dest + " answers no probes; that need not be a fault.");
  }
  if (reply.status != 200) {
    return bad(server_trouble(context, from, reply),
               "The server that is asked is " + from + "; see that it runs: pscheduler ping " + from);
  }
  const auto answer = json_of(reply);
  if (!answer) return bad(from + ": " + answer.error().message, kAskItsLog);
  const auto message = text_or(*answer, "message", "no reason was given");
  if (flag_member(*answer, "safe")) return good(message);
  return noted("Possibly unsafe: " + message,
               "Large packets may be lost. Let ICMP (\"fragmentation needed\", \"packet too big\") pass the "
               "firewalls on the way, or lower the MTU of the interface.");
}

Finding check_presence(Context& context, const std::string& host) {
  const auto alive = judge_alive(context, host, ask(context, host, "", kPresenceLimit));
  if (alive) return good("yes");
  return bad(
      alive.error().message,
      "See on that host that pschedulerd runs (systemctl status pschedulerd) and listens on more than "
      "loopback (\"listen\" in /etc/pscheduler/pschedulerd.json), and that no firewall between here and "
      "there stops TCP to its port (443 unless one is named).");
}

Finding check_level(Context& context, const std::string& host, std::int64_t& level) {
  const Reply reply = ask(context, host, "api");
  if (reply.status != 200) return bad(server_trouble(context, host, reply), kAskItsLog);
  const auto answer = json_of(reply);
  if (!answer || !answer->is_number_integer()) {
    return bad(host + " answered with something that is no API level.", kAskItsLog);
  }
  level = answer->get<std::int64_t>();
  return good(std::to_string(level));
}

Finding check_clock(Context& context, const std::string& host) {
  const auto reading = read_clock(context, {host, ask(context, host, "clock"), {}});
  if (!reading) return bad(reading.error().message, kAskItsLog);
  const std::string remedy =
      "Measurements between hosts need clocks that agree: let chrony or another NTP client "
      "run on " +
      host + ".";
  if (reading->error) return noted(*reading->error, remedy);
  return reading->state == "synchronized" ? good("synchronized") : noted("unsynchronized", remedy);
}

Finding check_plugins(Context& context, const std::string& host, const Stage& say) {
  for (const auto* path : {"archivers", "contexts", "tests", "tools"}) {
    say(path);
    const Reply reply = ask(context, host, path);
    if (reply.status != 200) return bad(server_trouble(context, host, reply), kAskItsLog);
    const auto list = json_of(reply);
    if (!list || !list->is_array()) return bad(host + " gave no list of its " + path + ".", kAskItsLog);
    if (list->empty() && std::string_view(path).starts_with("t")) {
      return bad(host + " has no " + path + ".",
                 "Install its plug-ins, or name their directory with --plugins; pscheduler plugins " +
                     std::string(path) + " --host " + host + " lists them.");
    }
  }
  return good("OK");
}

Finding check_status(Context& context, const std::string& host, Json& status) {
  const Reply reply = ask(context, host, "status");
  if (reply.status != 200) return bad(server_trouble(context, host, reply), kAskItsLog);
  auto answer = json_of(reply);
  if (!answer || !answer->is_object() || answer->empty()) {
    return bad(host + " tells nothing of its state.", kAskItsLog);
  }
  status = std::move(*answer);
  return good("OK");
}

Finding check_services(const std::string& host, const Json& status) {
  const Json* services = member(status, "services");
  std::string problems;
  for (const auto* name : kServices) {
    const Json* service = services == nullptr ? nullptr : member(*services, name);
    if (service == nullptr)
      problems += host + " does not run its " + name + ".\n";
    else if (const auto late = text_member(*service, "overdue")) {
      problems +=
          "The " + std::string(name) + " of " + host + " should have done something " + *late + " ago.\n";
    }
  }
  if (problems.empty()) return good("all run");
  return bad(std::string(trim_end(problems)),
             "Restart it (systemctl restart pschedulerd; for 5.2 the service "
             "pscheduler-NAME). If that does not last: " +
                 std::string(kAskItsLog));
}

Finding check_limits(const std::string& host, const Json& status) {
  const Json* limits = member(status, "limits");
  if (limits != nullptr && flag_member(*limits, "ok")) return good("OK");
  const auto error =
      limits == nullptr ? "no state was given" : text_or(*limits, "error", "no reason was given");
  return bad("The limits of " + host + " cannot be used: " + error,
             "Mend limits.conf on that host; until then it refuses all tasks.");
}

Finding last_run(const Context& context, const Json& status, const char* name) {
  const Json* runs = member(status, "runs");
  const auto text = runs == nullptr ? std::nullopt : text_member(*runs, name);
  if (!text) return good("never");
  const auto at = parse_timestamp(*text, Zone::utc(), TimestampForm::body);
  return good(at ? ago(context.environment.now() - *at) : *text);
}

}  // namespace pscheduler::cli
