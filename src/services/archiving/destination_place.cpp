#include "services/archiving/destination_place.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string_view>

#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "pscheduler/json/hidden.hpp"
#include "pscheduler/json/write.hpp"

namespace pscheduler::services {
namespace {

constexpr std::size_t kBytesMax = 200;

// Members that say how it is delivered.
constexpr std::array kManners{"schema", "retry-policy", "timeout", "verify-ssl", "connection-expires"};

// Names or addresses, and a port that is a number: what else stands there may be part of a password.
bool is_server(std::string_view text) {
  const auto may_stand = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("._-[]:,%").find(c) != std::string_view::npos;
  };
  if (text.empty() || !std::ranges::all_of(text, may_stand)) return false;
  const auto bracket = text.rfind(']');
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) return true;
  const auto port = text.substr(colon + 1);
  return !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
}

// "scheme://host:port": without a user, who may have a password, and without what may hold a token. Empty
// when it is no URL, or one of which it is not certain where the password ends.
std::string origin_of(std::string_view url) {
  const auto colon = url.find("://");
  if (colon == std::string_view::npos || colon == 0) return "";
  const auto scheme = url.substr(0, colon);
  const auto rest = url.substr(colon + 3);
  const auto server_end = std::min(rest.find_first_of("/?#\\"), rest.size());
  auto server = rest.substr(0, server_end);
  const auto user_end = server.rfind('@');
  if (user_end != std::string_view::npos) {
    server.remove_prefix(user_end + 1);
  } else if (server.find(':') != std::string_view::npos &&
             rest.find('@', server_end) != std::string_view::npos) {
    return "";
  }
  return is_server(server) ? to_lower(scheme) + "://" + std::string(server) : "";
}

// The value of a keyword in "KEYWORD=VALUE ...", as libpq reads it; empty when it is not there.
std::string keyword_value(std::string_view dsn, std::string_view wanted) {
  std::size_t at = 0;
  const auto skip_blanks = [&] {
    while (at < dsn.size() && std::isspace(static_cast<unsigned char>(dsn[at])) != 0) ++at;
  };
  std::string found;
  while (skip_blanks(), at < dsn.size()) {
    const auto equals = dsn.find('=', at);
    if (equals == std::string_view::npos) break;
    const auto keyword = trim(dsn.substr(at, equals - at));
    at = equals + 1;
    skip_blanks();
    const bool quoted = at < dsn.size() && dsn[at] == '\'';
    if (quoted) ++at;
    std::string value;
    for (; at < dsn.size(); ++at) {
      if (quoted ? dsn[at] == '\'' : std::isspace(static_cast<unsigned char>(dsn[at])) != 0) break;
      if (dsn[at] == '\\' && at + 1 < dsn.size()) ++at;
      value += dsn[at];
    }
    if (quoted) ++at;
    if (keyword == wanted) found = value;
  }
  return found;
}

std::string database_of(std::string_view dsn) {
  if (auto origin = origin_of(dsn); !origin.empty()) return origin;
  auto host = keyword_value(dsn, "host");
  if (host.empty()) host = keyword_value(dsn, "hostaddr");
  if (host.empty()) return "";
  const auto port = keyword_value(dsn, "port");
  const auto name = keyword_value(dsn, "dbname");
  return "postgresql://" + host + (port.empty() ? "" : ":" + port) + (name.empty() ? "" : "/" + name);
}

void drop_private(Json& value) {
  if (value.is_object()) {
    auto& members = value.get_ref<Json::object_t&>();
    std::erase_if(members, [](const auto& member) { return json::is_private_name(member.first); });
  }
  if (!value.is_structured()) return;
  for (auto& each : value) drop_private(each);
}

}  // namespace

std::string destination_place(const Json& data) {
  for (const char* name : {"_url", "url"}) {
    const auto url = json::find_string(data, name);
    auto origin = url ? origin_of(*url) : "";
    if (!origin.empty()) return excerpt(origin, kBytesMax);
  }
  const auto dsn = json::find_string(data, "_dsn");
  auto database = dsn ? database_of(*dsn) : "";
  if (!database.empty()) return excerpt(database, kBytesMax);
  Json shown = data;
  drop_private(shown);
  if (shown.is_object()) {
    for (const char* manner : kManners) shown.erase(manner);
  }
  return excerpt(json::to_compact(shown), kBytesMax);
}

}  // namespace pscheduler::services
