#include "pscheduler/adapters/system/inotify_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;

constexpr std::uint32_t kChanges = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE |
                                   IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

InotifyWatch::InotifyWatch(const asio::any_io_executor& executor) : events_(executor) {
  const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (descriptor >= 0) events_.assign(descriptor);
}

void InotifyWatch::watch(const std::vector<std::filesystem::path>& directories) {
  if (!events_.is_open()) return;
  // A directory that is watched already keeps its watch, so that no change between is lost.
  std::vector<int> now;
  for (const auto& directory : directories) {
    const int watch = ::inotify_add_watch(events_.native_handle(), directory.c_str(), kChanges);
    if (watch >= 0) now.push_back(watch);
  }
  for (const int watch : watches_)
    if (std::ranges::find(now, watch) == now.end()) ::inotify_rm_watch(events_.native_handle(), watch);
  watches_ = std::move(now);
}

ports::Async<void> InotifyWatch::changed() {
  if (!events_.is_open()) {
    asio::steady_timer never(events_.get_executor(), asio::steady_timer::time_point::max());
    co_await never.async_wait(asio::use_awaitable);
  }
  while (!take_events())
    co_await events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
}

// Empties the queue; whether there was a change in it. The end of a watch is none.
bool InotifyWatch::take_events() {
  alignas(inotify_event) std::array<char, 4096> buffer;
  bool any = false;
  for (;;) {
    const ssize_t length = ::read(events_.native_handle(), buffer.data(), buffer.size());
    if (length <= 0) return any;
    for (ssize_t at = 0; at < length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      any = any || (event->mask & IN_IGNORED) == 0;
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
  }
}

}  // namespace pscheduler::adapters
