#include "pg_parameters.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "pscheduler/base/text.hpp"
#include "shared/line_words.hpp"
#include "shared/plugin_config.hpp"
#include "shared/secrets.hpp"

namespace pscheduler::plugins {
namespace {

constexpr std::array<std::string_view, 24> kHarmless{"application_name",
                                                     "channel_binding",
                                                     "client_encoding",
                                                     "connect_timeout",
                                                     "dbname",
                                                     "fallback_application_name",
                                                     "gssencmode",
                                                     "host",
                                                     "hostaddr",
                                                     "keepalives",
                                                     "keepalives_count",
                                                     "keepalives_idle",
                                                     "keepalives_interval",
                                                     "options",
                                                     "password",
                                                     "port",
                                                     "sslcompression",
                                                     "sslmode",
                                                     "sslsni",
                                                     "ssl_max_protocol_version",
                                                     "ssl_min_protocol_version",
                                                     "target_session_attrs",
                                                     "tcp_user_timeout",
                                                     "user"};
constexpr std::array<std::string_view, 8> kFiles{"passfile", "service",   "servicefile", "sslcert",
                                                 "sslcrl",   "sslcrldir", "sslkey",      "sslrootcert"};

constexpr const char* kNoFile = "/nonexistent";  // where libpq would look into the user's home
constexpr const char* kNoTickets = "FILE:/nonexistent";
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

// For one address of one host, and for all that are named.
constexpr int kConnectSeconds = 10;
constexpr int kConnectSecondsMin = 2;  // libpq takes no less
constexpr int kConnectSecondsMax = 60;

bool is_socket(std::string_view host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

Result<std::map<std::string, std::string>> parse(const std::string& dsn) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(dsn.c_str(), &error), &PQconninfoFree);
  if (error != nullptr) PQfreemem(error);  // it quotes the text
  if (!options) {
    return fail(Errc::invalid_argument,
                "At /_dsn: is not a connection text such as 'host=db.example dbname=results user=writer "
                "password=…' or 'postgresql://writer:…@db.example/results'");
  }
  std::map<std::string, std::string> given;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) given[option->keyword] = option->val;
  }
  return given;
}

Result<void> check_keywords(const std::map<std::string, std::string>& given, const PgSettings& settings,
                            bool from_outside) {
  for (const auto& [keyword, value] : given) {
    if (std::ranges::find(kHarmless, keyword) != kHarmless.end()) continue;
    if (std::ranges::find(kFiles, keyword) == kFiles.end())
      return fail(Errc::forbidden, fmt::format("At /_dsn: {} cannot be used; leave it out.", keyword));
    if (from_outside) {
      return fail(
          Errc::forbidden,
          fmt::format("At /_dsn: {} leads to files of this host, which tasks asked for from other hosts "
                      "may not use; leave it out.",
                      keyword));
    }
    if (settings.files) continue;
    return fail(Errc::forbidden,
                fmt::format("At /_dsn: {} leads to files of this host; \"files = yes\" in section "
                            "[postgresql] of {} would allow that.",
                            keyword, settings.source));
  }
  return {};
}

std::string value_or_empty(const std::map<std::string, std::string>& options, const std::string& keyword) {
  const auto found = options.find(keyword);
  return found == options.end() ? std::string() : found->second;
}

// Both may be lists; where there is no address, the host counts.
bool leads_to_socket(const std::map<std::string, std::string>& given) {
  const auto host_list = value_or_empty(given, "host");
  const auto address_list = value_or_empty(given, "hostaddr");
  const auto hosts = split(host_list, ',');
  const auto addresses = split(address_list, ',');
  for (std::size_t i = 0; i < std::max(hosts.size(), addresses.size()); ++i) {
    const bool has_address = i < addresses.size() && !addresses[i].empty();
    if (!has_address && is_socket(i < hosts.size() ? hosts[i] : std::string_view())) return true;
  }
  return false;
}

Result<void> check_sockets(const std::map<std::string, std::string>& given, const PgSettings& settings) {
  if (settings.local_sockets || !leads_to_socket(given)) return {};
  return fail(
      Errc::forbidden,
      fmt::format("At /_dsn: leads to a socket of this host, as it does without a host; name one, or allow "
                  "it with \"local-sockets = yes\" in section [postgresql] of {}.",
                  settings.source));
}

// A task from outside goes to the very address that was judged.
Result<void> settle_address(std::map<std::string, std::string>& options, const DestinationGuard& guard) {
  if (const auto given = value_or_empty(options, "hostaddr"); !given.empty()) {
    const auto parsed = IpAddress::parse(given);
    if (!parsed) return fail(Errc::forbidden, "At /_dsn: hostaddr must be one address.");
    if (auto objection = guard.objection(*parsed); !objection.empty())
      return fail(Errc::forbidden, std::move(objection));
    return {};
  }
  const auto host = value_or_empty(options, "host");
  if (is_socket(host) || host.find(',') != std::string::npos)
    return fail(Errc::forbidden, "At /_dsn: tasks asked for from other hosts must name one host.");
  auto address = guard.address_of(host);
  if (!address) return fail(std::move(address.error()));
  options["hostaddr"] = std::move(*address);
  return {};
}

// A server that is silent is not waited for longer than the daemon waits for all of them.
std::string connect_seconds(const std::map<std::string, std::string>& given) {
  const auto listed = [&](const char* keyword) {
    return std::ranges::count(value_or_empty(given, keyword), ',') + 1;
  };
  const auto asked = number_in<int>(value_or_empty(given, "connect_timeout")).value_or(kConnectSeconds);
  const int seconds = asked <= 0 ? kConnectSeconds : std::max(asked, kConnectSecondsMin);
  const auto share = kConnectSecondsMax / static_cast<int>(std::max(listed("host"), listed("hostaddr")));
  return std::to_string(std::min(seconds, std::max(share, kConnectSecondsMin)));
}

// What is left open, libpq would take from files in its user's home.
void add_usual(std::map<std::string, std::string>& options, const PgSettings& settings) {
  options["connect_timeout"] = connect_seconds(options);
  options["gssencmode"] = "disable";
  options.emplace("fallback_application_name", "pscheduler");
  for (const char* keyword : {"passfile", "sslcert", "sslkey", "sslcrl"}) options.emplace(keyword, kNoFile);
  // With authorities, libpq verifies certificates even where it is not asked to.
  const bool verifies = value_or_empty(options, "sslmode").starts_with("verify-");
  options.emplace("sslrootcert", !verifies                      ? kNoFile
                                 : settings.authorities.empty() ? kSystemAuthorities
                                                                : settings.authorities);
}

}  // namespace

Result<PgSettings> PgSettings::load() {
  const auto config = PluginConfig::of_archiver("postgresql");
  if (!config) return fail(config.error());
  const auto local_sockets = config->flag("local-sockets", false);
  if (!local_sockets) return fail(local_sockets.error());
  const auto files = config->flag("files", false);
  if (!files) return fail(files.error());
  return PgSettings{*local_sockets, *files, config->text("ca-file", ""), config->file()};
}

std::string PgParameters::without_secrets(std::string text) const {
  return hide(std::move(text), {value_or_empty(options, "password")});
}

Result<PgParameters> read_dsn(const std::string& dsn, const PgSettings& settings, bool from_outside,
                              const DestinationGuard& guard) {
  auto given = parse(dsn);
  if (!given) return fail(std::move(given.error()));
  PSCHEDULER_TRY(check_keywords(*given, settings, from_outside));
  PSCHEDULER_TRY(check_sockets(*given, settings));
  if (from_outside) PSCHEDULER_TRY(settle_address(*given, guard));
  add_usual(*given, settings);
  return PgParameters{std::move(*given)};
}

void forget_environment() {
  std::vector<std::string> names;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("PG")) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const auto& name : names) unsetenv(name.c_str());
  // A server may ask for its user's Kerberos tickets.
  setenv("KRB5CCNAME", kNoTickets, 1);
}

}  // namespace pscheduler::plugins
