#include "adapters/system/dns_channel.hpp"

#include <sys/stat.h>
#include <sys/time.h>

#include <boost/system/error_code.hpp>
#include <chrono>
#include <utility>

namespace pscheduler::adapters {
namespace {

namespace asio = boost::asio;
using asio::posix::stream_descriptor;
using boost::system::error_code;

constexpr char kConfiguration[] = "/etc/resolv.conf";

// One try of one server, and tries per server: callers have deadlines of their own, often longer than this.
constexpr int kTryMs = 2'000;
constexpr int kTries = 3;

// When c-ares names no earlier time.
constexpr timeval kTimerMax{60, 0};

timespec configuration_time() {
  struct stat information {};
  if (::stat(kConfiguration, &information) != 0) return {};
  return information.st_mtim;
}

// The library's global state, prepared once.
bool library_ready() {
  static const bool ready = ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  return ready;
}

}  // namespace

// A socket belongs to c-ares, which closes it; the descriptor here only waits for it.
struct DnsChannel::Socket {
  Socket(const asio::any_io_executor& executor, ares_socket_t number) : descriptor(executor, number) {}
  ~Socket() { let_go(); }

  // At once when c-ares closes the socket: its number may be in use again before this object goes.
  void let_go() {
    if (descriptor.is_open()) descriptor.release();
  }

  stream_descriptor descriptor;
  bool read_wanted = false;
  bool write_wanted = false;
  bool reading = false;
  bool writing = false;
};

DnsChannel::DnsChannel(const asio::any_io_executor& executor)
    : executor_(executor), timer_(executor), configured_(configuration_time()) {}

Result<std::shared_ptr<DnsChannel>> DnsChannel::open(const asio::any_io_executor& executor,
                                                     const std::optional<std::string>& server) {
  std::shared_ptr<DnsChannel> self(new DnsChannel(executor));
  ares_options options{};
  options.timeout = kTryMs;
  options.tries = kTries;
  options.sock_state_cb = &DnsChannel::socket_changed;
  options.sock_state_cb_data = self.get();
  const int mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
  int status = library_ready() ? ares_init_options(&self->channel_, &options, mask) : ARES_ENOTINITIALIZED;
  if (status == ARES_SUCCESS && server) {
    status = ares_set_servers_ports_csv(self->channel_, server->c_str());
    if (status != ARES_SUCCESS) {
      return fail(Errc::invalid_argument, "The resolver \"" + *server + "\" is not ADDRESS:PORT");
    }
  }
  if (status != ARES_SUCCESS) {
    return fail(Errc::unavailable, std::string("Cannot resolve names: ") + ares_strerror(status));
  }
  return self;
}

DnsChannel::~DnsChannel() {
  close();
}

bool DnsChannel::outdated() const {
  const auto current = configuration_time();
  return current.tv_sec != configured_.tv_sec || current.tv_nsec != configured_.tv_nsec;
}

void DnsChannel::query_started() {
  ++waiting_;
}

void DnsChannel::query_ended() {
  if (--waiting_ > 0 || channel_ == nullptr) return;
  ares_cancel(channel_);
  rearm_timer();
}

void DnsChannel::rearm_timer() {
  timer_.cancel();
  if (channel_ == nullptr || sockets_.empty()) return;
  timeval limit = kTimerMax;
  timeval left{};
  const timeval* next = ares_timeout(channel_, &limit, &left);
  timer_.expires_after(std::chrono::seconds(next->tv_sec) + std::chrono::microseconds(next->tv_usec));
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  });
}

void DnsChannel::close() {
  timer_.cancel();
  if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
  sockets_.clear();
}

void DnsChannel::socket_changed(void* channel, ares_socket_t number, int readable, int writable) {
  auto& self = *static_cast<DnsChannel*>(channel);
  if (readable == 0 && writable == 0) {
    const auto known = self.sockets_.find(number);
    if (known == self.sockets_.end()) return;
    known->second->let_go();
    self.sockets_.erase(known);
    return;
  }
  auto& socket = self.sockets_[number];
  if (!socket) socket = std::make_shared<Socket>(self.executor_, number);
  socket->read_wanted = readable != 0;
  socket->write_wanted = writable != 0;
  self.watch(socket);
}

void DnsChannel::watch(const std::shared_ptr<Socket>& socket) {
  const auto ready = [weak = weak_from_this(), weak_socket = std::weak_ptr(socket)](
                         bool Socket::*waiting, bool reads, const error_code& error) {
    const auto self = weak.lock();
    const auto still_there = weak_socket.lock();
    if (!self || !still_there || !still_there->descriptor.is_open()) return;
    (*still_there).*waiting = false;
    if (error || self->channel_ == nullptr) return;
    const auto number = still_there->descriptor.native_handle();
    self->process(reads ? number : ARES_SOCKET_BAD, reads ? ARES_SOCKET_BAD : number);
    const auto kept = self->sockets_.find(number);
    if (kept != self->sockets_.end() && kept->second == still_there) self->watch(still_there);
  };
  if (socket->read_wanted && !std::exchange(socket->reading, true)) {
    socket->descriptor.async_wait(stream_descriptor::wait_read,
                                  [ready](const error_code& error) { ready(&Socket::reading, true, error); });
  }
  if (socket->write_wanted && !std::exchange(socket->writing, true)) {
    socket->descriptor.async_wait(stream_descriptor::wait_write, [ready](const error_code& error) {
      ready(&Socket::writing, false, error);
    });
  }
}

void DnsChannel::process(ares_socket_t readable, ares_socket_t writable) {
  const auto self = shared_from_this();  // a callback may let the last owner go
  if (channel_ != nullptr) ares_process_fd(channel_, readable, writable);
  rearm_timer();
}

}  // namespace pscheduler::adapters
