#include "adapters/process/shepherd_handle.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <memory>
#include <utility>

namespace pscheduler::adapters {

namespace asio = boost::asio;

ShepherdHandle::ShepherdHandle(const asio::any_io_executor& executor, Launched& launched)
    : pid_(launched.pid),
      process_(executor, launched.process.release()),
      control_(std::move(launched.control)) {}

ShepherdHandle::~ShepherdHandle() {
  if (reaped_) return;
  control_.reset();
  process_.cancel();
  auto process = std::make_shared<asio::posix::stream_descriptor>(std::move(process_));
  process->async_wait(asio::posix::stream_descriptor::wait_read,
                      [process, pid = pid_](const boost::system::error_code& error) {
                        if (!error) ::waitpid(pid, nullptr, WNOHANG);
                      });
}

void ShepherdHandle::when_ended(std::function<void()> ended) {
  process_.async_wait(asio::posix::stream_descriptor::wait_read,
                      [this, ended = std::move(ended)](const boost::system::error_code& error) mutable {
                        if (error) return;
                        siginfo_t state{};
                        ::waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT);
                        if (state.si_pid == 0) return when_ended(std::move(ended));
                        ended();
                      });
}

void ShepherdHandle::order(shepherd::Order order) {
  ::send(control_.get(), &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ShepherdHandle::kill_shepherd() {
  ::syscall(SYS_pidfd_send_signal, process_.native_handle(), SIGKILL, nullptr, 0);
}

std::optional<shepherd::Report> ShepherdHandle::reap() {
  ::waitpid(pid_, nullptr, 0);
  reaped_ = true;
  return read_report();
}

std::optional<shepherd::Report> ShepherdHandle::read_report() {
  for (;;) {
    shepherd::Report report;
    const auto length = ::recv(control_.get(), &report, sizeof report, MSG_DONTWAIT);
    if (length == static_cast<ssize_t>(sizeof report)) return report;
    if (length != static_cast<ssize_t>(sizeof shepherd::kStarted)) return std::nullopt;
  }
}

Result<FileDescriptor> ShepherdHandle::start_signal() const {
  FileDescriptor copy(::fcntl(control_.get(), F_DUPFD_CLOEXEC, 0));
  if (!copy.valid())
    return fail(Errc::unavailable, "Cannot watch a process: no descriptor is free; try again later");
  return copy;
}

bool ShepherdHandle::has_started() {
  char message[sizeof(shepherd::Report)];
  return ::recv(control_.get(), message, sizeof message, MSG_DONTWAIT | MSG_PEEK) ==
         static_cast<ssize_t>(sizeof shepherd::kStarted);
}

}  // namespace pscheduler::adapters
