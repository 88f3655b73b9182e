// udp: sends each result as a datagram.

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "pscheduler/json/access.hpp"
#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_socket.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

// What every host takes in one piece: 576 bytes less the largest headers.
constexpr std::int64_t kPayloadBytes = 508;

constexpr auto kLimit = std::chrono::seconds(10);

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("udp-data.json");
  return check_against(schema, data);
}

Result<void> deliver(const Json& record) {
  const Json& data = data_of(record);
  const auto payload = payload_of(record);
  const auto most = json::find_integer(data, "payload-size").value_or(kPayloadBytes);
  if (static_cast<std::int64_t>(payload.size()) > most) {
    return fail(
        Errc::too_large,
        fmt::format("The result has {} bytes, but payload-size allows {}; let a transform keep less of it, "
                    "or allow more.",
                    payload.size(), most));
  }
  const auto guard = DestinationGuard::load("udp", record);
  if (!guard) return fail(guard.error());
  const auto to = connect_to(data, Transport::udp, *guard, std::chrono::steady_clock::now() + kLimit);
  if (!to) return fail(to.error());
  if (send(to->socket.get(), payload.data(), payload.size(), MSG_NOSIGNAL) < 0)
    return socket_failure(*to, errno);
  // Whether somebody listens shows at once when it is on this host, and never else.
  int why = 0;
  socklen_t size = sizeof why;
  getsockopt(to->socket.get(), SOL_SOCKET, SO_ERROR, &why, &size);
  if (why != 0) return socket_failure(*to, why);
  return {};
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_data(data_of(record)); !usable) return given_up(usable.error().message);
  return reply_to(record, deliver(record));
}

}  // namespace

extern const sdk::ArchiverPlugin archiver_udp;
constinit const sdk::ArchiverPlugin archiver_udp{
    .identity = {"udp", "Send each result as a UDP datagram"},
    .check_data = &check_data,
    .archive = &archive,
};

}  // namespace pscheduler::plugins
