#include "adapters/http/response_text.hpp"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <boost/beast/http/status.hpp>

namespace pscheduler::adapters {
namespace {

constexpr std::size_t kHeadBytesUsual = 256;

void append_field(std::string& head, std::string_view name, std::string_view value) {
  const auto append_clean = [&head](std::string_view text) {
    for (const char c : text) head += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  };
  append_clean(name);
  head += ": ";
  append_clean(value);
  head += "\r\n";
}

}  // namespace

std::string_view HttpDate::text(std::chrono::system_clock::time_point now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (!text_.empty() && second == second_) return text_;
  const time_t count = second.time_since_epoch().count();
  tm parts{};
  gmtime_r(&count, &parts);
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<std::size_t>(parts.tm_wday)],
                      parts.tm_mday, kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                      parts.tm_hour, parts.tm_min, parts.tm_sec);
  second_ = second;
  return text_;
}

bool may_have_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

std::string response_head(const api::HttpResponse& response, BodyEnd body_end, bool keep_alive,
                          std::string_view date) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
  std::string head;
  head.reserve(kHeadBytesUsual);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\nServer: pschedulerd\r\nDate: {}\r\n",
                 response.status, std::string_view(reason.data(), reason.size()), date);
  if (!response.content_type.empty()) append_field(head, "Content-Type", response.content_type);
  if (may_have_body(response.status) && body_end == BodyEnd::chunks) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (may_have_body(response.status) && body_end == BodyEnd::length) {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  }
  for (const auto& [name, value] : response.headers) append_field(head, name, value);
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

std::string chunk(std::string_view piece) {
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

}  // namespace pscheduler::adapters
