// syslog: gives each result to the system's logger as one message.

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "pscheduler/plugin_sdk/fd.hpp"
#include "shared/archive_record.hpp"
#include "shared/data_schema.hpp"
#include "shared/plugin_config.hpp"

namespace pscheduler::plugins {
namespace {

struct Code {
  std::string_view name;
  int number;
};
// RFC 5424, 6.2.1.
constexpr std::array<Code, 18> kFacilities{{{"kern", 0},
                                            {"user", 1},
                                            {"mail", 2},
                                            {"daemon", 3},
                                            {"auth", 4},
                                            {"syslog", 5},
                                            {"lpr", 6},
                                            {"news", 7},
                                            {"uucp", 8},
                                            {"cron", 9},
                                            {"local0", 16},
                                            {"local1", 17},
                                            {"local2", 18},
                                            {"local3", 19},
                                            {"local4", 20},
                                            {"local5", 21},
                                            {"local6", 22},
                                            {"local7", 23}}};
constexpr std::array<std::string_view, 8> kPriorities{"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};
constexpr std::string_view kIdent = "pScheduler";
constexpr int kFacilitySteps = 8;  // a priority value is facility * 8 + priority

// A logger that is restarted is back by then.
constexpr std::array kUsualRetries{RetryStep{6, std::chrono::seconds(10)}};

constexpr time_t kSendLimitSeconds = 10;  // for a logger that does not read

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("syslog-data.json");
  return check_against(schema, data);
}

int priority_value(const Json& data) {
  const auto facility = json::find_string(data, "facility").value_or("user");
  const auto priority = json::find_string(data, "priority").value_or("info");
  const auto code = std::ranges::find(kFacilities, facility, &Code::name);
  const auto level = std::ranges::find(kPriorities, priority);
  return (code == kFacilities.end() ? 1 : code->number) * kFacilitySteps +
         static_cast<int>(level - kPriorities.begin());
}

// The form that loggers read at their local socket: "<14>Mar  4 10:15:00 ident[123]: text".
std::string message_for(const Json& record) {
  const Json& data = data_of(record);
  auto ident = json::find_string(data, "ident").value_or(std::string(kIdent));
  // A name with a blank, a colon or a line end in it would end there.
  for (char& c : ident) {
    if (static_cast<unsigned char>(c) <= ' ' || c == ':' || c == '[' || c == 0x7f) c = '_';
  }
  const Json* const result = json::find(record, "result");
  const bool is_text = result != nullptr && result->is_string();
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, sizeof "Mar  4 10:15:00"> time{};
  std::strftime(time.data(), time.size(), "%b %e %H:%M:%S", &local);
  return fmt::format("<{}>{} {}[{}]: {}", priority_value(data), time.data(), ident, getpid(),
                     is_text ? result->get<std::string>() : payload_of(record));
}

Result<void> hand_over(const std::string& path, const std::string& message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::unavailable,
                fmt::format("socket: {} is longer than the path of a socket can be.", path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const sdk::Fd socket_there(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const timeval limit{kSendLimitSeconds, 0};
  setsockopt(socket_there.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  if (sendto(socket_there.get(), message.data(), message.size(), MSG_NOSIGNAL, to, sizeof address) >= 0)
    return {};
  if (errno == EMSGSIZE) {
    return fail(Errc::not_possible,
                fmt::format("The result has {} bytes, more than {} takes; let a transform keep "
                            "less of it.",
                            message.size(), path));
  }
  return fail(Errc::unavailable, fmt::format("{}: {}; is a logger running?", path, std::strerror(errno)));
}

Result<void> deliver(const Json& record) {
  const auto config = PluginConfig::of_archiver("syslog");
  if (!config) return fail(config.error());
  PSCHEDULER_TRY(config->check_keys({"outside", "socket"}));
  const auto outside = config->flag("outside", false);
  if (!outside) return fail(outside.error());
  PSCHEDULER_TRY(check_outside(record, *outside, "syslog", config->file()));
  return hand_over(config->text("socket", "/dev/log"), message_for(record));
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_data(data_of(record)); !usable) return given_up(usable.error().message);
  return reply_to(record, deliver(record), kUsualRetries);
}

}  // namespace

extern const sdk::ArchiverPlugin archiver_syslog;
constinit const sdk::ArchiverPlugin archiver_syslog{
    .identity = {"syslog", "Give results to the system's logger"},
    .check_data = &check_data,
    .archive = &archive,
};

}  // namespace pscheduler::plugins
