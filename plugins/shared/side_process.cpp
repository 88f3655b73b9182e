#include "shared/side_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "pscheduler/json/reader.hpp"
#include "pscheduler/json/write.hpp"
#include "pscheduler/plugin_sdk/records.hpp"
#include "shared/poll_until.hpp"

namespace pscheduler::plugins {
namespace {

constexpr Duration kTermToKill = std::chrono::seconds(1);  // it ends its own program within half of that

// Everything until the other side closes, if it does in time.
std::optional<std::string> read_until_closed(int fd, Duration limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    if (poll_until(fd, POLLIN, until) != PollEnd::ready) return std::nullopt;
    const auto count = read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (text.size() > sdk::kRecordBytesMax) return std::nullopt;
  }
}

[[noreturn]] void become_side(const std::function<Json()>& function, int fd, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  const auto written = sdk::write_all(fd, json::to_compact(function()));
  _exit(written ? 0 : 1);
}

}  // namespace

Result<SideProcess> SideProcess::start(const std::function<Json()>& function) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return fail(Errc::unavailable, fmt::format("Could not make a pipe: {}.", std::strerror(errno)));
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become_side(function, ends[1], parent);
  const int error = errno;
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return fail(Errc::unavailable, fmt::format("Could not start a process: {}.", std::strerror(error)));
  }
  return SideProcess(pid, ends[0]);
}

SideProcess::SideProcess(SideProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), fd_(std::exchange(other.fd_, -1)) {}

SideProcess::~SideProcess() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  // The pipe closes when it ends.
  if (!read_until_closed(fd_, kTermToKill)) kill(pid_, SIGKILL);
  close(fd_);
  waitpid(pid_, nullptr, 0);
}

std::optional<Json> SideProcess::wait(Duration limit) {
  const auto text = read_until_closed(fd_, limit);
  if (!text) return std::nullopt;
  auto document = json::read(*text, {.bytes_max = sdk::kRecordBytesMax});
  return document ? std::optional(std::move(*document)) : std::nullopt;
}

}  // namespace pscheduler::plugins
