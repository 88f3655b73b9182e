// tcp: sends each result over a connection of its own, and ends it.

#include <fmt/format.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string_view>

#include "pscheduler/plugin_sdk/archiver_plugin.hpp"
#include "shared/archive_record.hpp"
#include "shared/archiver_socket.hpp"
#include "shared/data_schema.hpp"

namespace pscheduler::plugins {
namespace {

// For all of it: connecting, sending, and the other side's acknowledgement.
constexpr auto kLimit = std::chrono::seconds(30);

// How often to look whether the other side has acknowledged everything, of which no event tells.
constexpr auto kLook = std::chrono::milliseconds(2);

Result<void> check_data(const Json& data) {
  static const auto schema = data_schema("tcp-data.json");
  return check_against(schema, data);
}

Result<void> send_all(const ArchiverSocket& to, std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const auto count = send(to.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      PSCHEDULER_TRY(wait_for(to, POLLOUT, deadline, "did not take the result"));
    } else if (errno != EINTR) {
      return socket_failure(to, errno);
    }
  }
  return {};
}

// Until the other side's system has everything: a connection that is closed before may lose the rest of it.
Result<void> await_acknowledgement(const ArchiverSocket& to, Deadline deadline) {
  if (shutdown(to.socket.get(), SHUT_WR) != 0) return socket_failure(to, errno);
  for (;;) {
    int why = 0;
    socklen_t size = sizeof why;
    getsockopt(to.socket.get(), SOL_SOCKET, SO_ERROR, &why, &size);
    if (why != 0) return socket_failure(to, why);
    int unacknowledged = 0;
    if (ioctl(to.socket.get(), SIOCOUTQ, &unacknowledged) != 0) return socket_failure(to, errno);
    if (unacknowledged == 0) return {};
    if (std::chrono::steady_clock::now() >= deadline)
      return fail(Errc::timed_out,
                  fmt::format("{} did not acknowledge the result within the time.", to.peer));
    poll(nullptr, 0, static_cast<int>(kLook.count()));
  }
}

Result<void> deliver(const Json& record) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  const auto guard = DestinationGuard::load("tcp", record);
  if (!guard) return fail(guard.error());
  const auto to = connect_to(data_of(record), Transport::tcp, *guard, deadline);
  if (!to) return fail(to.error());
  PSCHEDULER_TRY(send_all(*to, payload_of(record), deadline));
  return await_acknowledgement(*to, deadline);
}

sdk::ArchiveReply archive(const Json& record) {
  if (const auto usable = check_data(data_of(record)); !usable) return given_up(usable.error().message);
  return reply_to(record, deliver(record));
}

}  // namespace

extern const sdk::ArchiverPlugin archiver_tcp;
constinit const sdk::ArchiverPlugin archiver_tcp{
    .identity = {"tcp", "Send each result over a TCP connection of its own"},
    .check_data = &check_data,
    .archive = &archive,
};

}  // namespace pscheduler::plugins
