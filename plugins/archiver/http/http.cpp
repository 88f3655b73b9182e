// http: sends each result to a server, by POST or PUT. What is here judges the data.

#include "http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "http_template.hpp"
#include "pscheduler/addr/url.hpp"
#include "pscheduler/base/text.hpp"
#include "pscheduler/json/access.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

// They say how the body is sent, which is none of the data's business: two opinions of it let one request
// look like two.
constexpr std::array<std::string_view, 4> kOwnHeaders{"content-length", "transfer-encoding", "connection",
                                                      "te"};

tl::unexpected<Error> refuse(std::string_view place, std::string_view why) {
  return fail(Errc::invalid_argument, fmt::format("At {}: {}", place, why));
}

// Values of private members are not quoted, so the message says what is expected.
constexpr std::string_view kUrlWanted =
    "is not a URL such as 'https://collector.example/results': it begins with http:// or https:// and a "
    "host, and has "
    "ASCII characters only, others as %XX";

Result<void> check_url(std::string_view url, bool has_templates) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return refuse("/_url", kUrlWanted);
  const auto scheme = to_lower(url.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") {
    return refuse("/_url", "begins with neither http:// nor https://, the only ways this archiver goes");
  }
  const auto server_begin = scheme_end + 3;
  const auto server_end = std::min(url.find_first_of("/?#", server_begin), url.size());
  auto server = url.substr(server_begin, server_end - server_begin);
  std::string rest(url.substr(server_end));
  if (has_templates) {
    if (server.find_first_of("{}") != std::string_view::npos)
      return refuse("/_url", "has braces in its host, which no result may choose; use them after it");
    const auto parsed = HttpTemplate::parse(rest);
    if (!parsed) return refuse("/_url", parsed.error().message);
    rest = parsed->sample();
  }
  if (const auto user_end = server.rfind('@'); user_end != std::string_view::npos)
    server.remove_prefix(user_end + 1);
  if (!Url::parse(fmt::format("{}://{}{}", scheme, server, rest))) return refuse("/_url", kUrlWanted);
  return {};
}

bool is_token(std::string_view name) {
  constexpr std::string_view kAllowed =
      "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

Result<void> check_header(const std::string& name, const std::string& value, bool has_templates) {
  const auto place = fmt::format("/_headers/{}", excerpt(name));
  if (!is_token(name)) return refuse(place, "is not the name of a header: letters, digits and hyphens");
  if (std::ranges::find(kOwnHeaders, to_lower(name)) != kOwnHeaders.end())
    return refuse(place, "is a header that the archiver sets by itself; leave it out");
  const bool has_control = std::ranges::any_of(
      value, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
  if (has_control)
    return refuse(place, "has control characters, such as a line end, which no header may have");
  if (has_templates) {
    if (const auto parsed = HttpTemplate::parse(value); !parsed) return refuse(place, parsed.error().message);
  }
  return {};
}

}  // namespace

Result<void> check_http_data(const Json& data) {
  static const auto schema = data_schema("http-data.json");
  PSCHEDULER_TRY(check_against(schema, data));
  const bool has_templates = json::find_integer(data, "schema").value_or(1) >= kHttpTemplates;
  PSCHEDULER_TRY(check_url(json::find_string(data, "_url").value_or(""), has_templates));
  if (const Json* const headers = json::find_object(data, "_headers")) {
    for (const auto& [name, value] : headers->items())
      PSCHEDULER_TRY(check_header(name, value.get_ref<const std::string&>(), has_templates));
  }
  return {};
}

extern const sdk::ArchiverPlugin archiver_http;
constinit const sdk::ArchiverPlugin archiver_http{
    .identity = {"http", "Send results to a server by HTTP or HTTPS"},
    .check_data = &check_http_data,
};

}  // namespace pscheduler::plugins
