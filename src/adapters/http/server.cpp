#include "pscheduler/adapters/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <unordered_map>
#include <unordered_set>

#include "adapters/http/session.hpp"
#include "pscheduler/ports/messages.hpp"

namespace pscheduler::adapters {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::size_t kScratchBytes = 16u << 10;  // one TLS record
// Local programs (the command line, plug-ins) get through when remote clients have taken everything else.
constexpr std::size_t kReservedForLoopback = 50;
// After a cancellation requests end promptly; whoever does not is left behind and reported.
constexpr Duration kCancelTime = std::chrono::seconds(5);

bool is_exhaustion(const boost::system::error_code& error) {
  namespace errc = boost::system::errc;
  return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
         error == errc::no_buffer_space || error == errc::not_enough_memory;
}

// Whoever holds an IPv6 address usually holds its /64.
std::string account_of(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  const auto bytes = v6.to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

Result<tcp::acceptor> open_acceptor(const asio::any_io_executor& executor, const ListenAddress& where) {
  boost::system::error_code error;
  const tcp::endpoint endpoint(asio::ip::make_address(where.address, error), where.port);
  if (error) return fail(Errc::invalid_argument, "'" + where.address + "' is not an IP address to listen on");
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  // IPv4 and IPv6 are listened on separately, so that "0.0.0.0:443" and "[::]:443" go together.
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  namespace errc = boost::system::errc;
  if (error == errc::address_not_available || error == errc::address_family_not_supported) {
    return fail(Errc::not_found, "Cannot listen on " + where.to_string() + ": this host has no such address");
  }
  if (error) {
    return fail(Errc::unavailable,
                "Cannot listen on " + where.to_string() + ": " + error.message() +
                    "; choose another address or port with --listen, or end the program that uses it");
  }
  return acceptor;
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const asio::any_io_executor& executor, HttpServerLimits limits, SslContext tls,
       api::HttpHandler& handler, ports::Log& log)
      : executor_(executor),
        context_{limits, std::move(tls), handler, log, {}, std::string(kScratchBytes, '\0'), 0, false},
        quiet_(executor) {}

  Result<void> listen(const HttpServerOptions& options) {
    for (const auto& where : options.listen) {
      auto acceptor = open_acceptor(executor_, where);
      if (!acceptor) {
        const bool may_skip = options.skip_absent && acceptor.error().code == Errc::not_found;
        if (may_skip && (!acceptors_.empty() || &where != &options.listen.back())) continue;
        return fail(std::move(acceptor.error()));
      }
      addresses_.push_back({where.address, acceptor->local_endpoint().port()});
      acceptors_.push_back(std::move(*acceptor));
    }
    return {};
  }

  void accept_all() {
    for (std::size_t index = 0; index < acceptors_.size(); ++index) {
      ++running_;
      asio::co_spawn(executor_, accept(index),
                     [self = shared_from_this()](const std::exception_ptr&) { self->one_less(); });
      context_.log.write(ports::kHttpListening, {{"address", addresses_[index].to_string()}});
    }
  }

  ports::Async<void> stop(Duration grace) {
    close();
    for (const auto& session : copy_of_sessions()) session->stop_when_idle();
    co_await wait_until_quiet(grace);
    if (running_ == 0) co_return;
    cancel();
    co_await wait_until_quiet(kCancelTime);
    if (running_ == 0) co_return;
    context_.log.write(ports::kHttpStopIncomplete, {{"requests", static_cast<std::int64_t>(running_)}});
  }

  // Closing does not wait.
  void close() {
    context_.stopping = true;
    boost::system::error_code ignored;
    for (auto& acceptor : acceptors_) acceptor.close(ignored);
    accept_pause_.cancel();
  }

  void cancel() {
    for (const auto& session : copy_of_sessions()) session->cancel();
  }

  [[nodiscard]] const std::vector<ListenAddress>& addresses() const { return addresses_; }
  [[nodiscard]] std::size_t connections() const { return sessions_.size(); }

 private:
  ports::Async<void> accept(std::size_t index) {
    auto& acceptor = acceptors_[index];
    const auto token = asio::as_tuple(asio::use_awaitable);
    while (!context_.stopping) {
      auto [error, socket] = co_await acceptor.async_accept(token);
      if (!error) {
        admit(std::move(socket));
      } else if (is_exhaustion(error)) {
        if (!std::exchange(exhausted_, true)) {
          context_.log.write(ports::kHttpAcceptPaused, {{"reason", error.message()}});
        }
        accept_pause_.expires_after(context_.limits.accept_pause);
        co_await accept_pause_.async_wait(token);
      }
    }
  }

  void admit(tcp::socket socket) {
    if (std::exchange(exhausted_, false)) context_.log.write(ports::kHttpAcceptResumed, {});
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return;  // reset already
    const auto& limits = context_.limits;
    const auto account = account_of(peer.address());
    const auto reserved =
        peer.address().is_loopback() ? 0 : std::min(kReservedForLoopback, limits.connections_max / 2);
    auto& of_this_address = per_address_[account];
    if (sessions_.size() + reserved >= limits.connections_max ||
        of_this_address >= limits.connections_per_address_max) {
      if (of_this_address == 0) per_address_.erase(account);
      report_crowd(peer.address());
      return;
    }
    ++of_this_address;
    start(std::make_shared<Session>(context_, std::move(socket)), account);
  }

  void start(const std::shared_ptr<Session>& session, const std::string& account) {
    sessions_.insert(session);
    ++running_;
    auto done = [self = shared_from_this(), session, account](const std::exception_ptr&) {
      const auto entry = self->per_address_.find(account);
      if (--entry->second == 0) self->per_address_.erase(entry);
      self->sessions_.erase(session);
      self->crowded_ = self->crowded_ && self->sessions_.size() >= self->context_.limits.connections_max / 2;
      self->one_less();
    };
    asio::co_spawn(executor_, session->run(),
                   asio::bind_cancellation_slot(session->cancel_signal().slot(), std::move(done)));
  }

  // One line per crowd, not one per connection.
  void report_crowd(const asio::ip::address& peer) {
    if (std::exchange(crowded_, true)) return;
    context_.log.write(
        ports::kHttpTooManyConnections,
        {{"peer", peer.to_string()}, {"connections", static_cast<std::int64_t>(sessions_.size())}});
  }

  void one_less() {
    if (--running_ == 0) quiet_.cancel();
  }

  ports::Async<void> wait_until_quiet(Duration longest) {
    const auto token = asio::as_tuple(asio::use_awaitable);
    quiet_.expires_after(longest);
    if (running_ > 0) co_await quiet_.async_wait(token);
  }

  [[nodiscard]] std::vector<std::shared_ptr<Session>> copy_of_sessions() const {
    return {sessions_.begin(), sessions_.end()};
  }

  asio::any_io_executor executor_;
  SessionContext context_;
  std::vector<tcp::acceptor> acceptors_;
  std::vector<ListenAddress> addresses_;
  std::unordered_set<std::shared_ptr<Session>> sessions_;
  std::unordered_map<std::string, std::size_t> per_address_;  // connections by account_of(peer)
  std::size_t running_ = 0;                                   // accept loops and sessions
  bool exhausted_ = false;
  bool crowded_ = false;
  asio::steady_timer quiet_;
  asio::steady_timer accept_pause_{executor_};
};

HttpServer::HttpServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HttpServer::~HttpServer() {
  impl_->close();
  impl_->cancel();
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(asio::any_io_executor executor,
                                                      HttpServerOptions options, api::HttpHandler& handler,
                                                      ports::Log& log) {
  SslContext tls;
  if (options.plain_http) {
    for (const auto& where : options.listen) {
      if (where.is_loopback()) continue;
      return fail(Errc::invalid_argument, "Plain HTTP is served on loopback addresses only, not on " +
                                              where.to_string() + "; use TLS there");
    }
  } else {
    auto context = make_server_context(options.certificate, options.key);
    if (!context) return fail(std::move(context.error()));
    tls = std::move(*context);
  }
  auto impl = std::make_shared<Impl>(executor, options.limits, std::move(tls), handler, log);
  PSCHEDULER_TRY(impl->listen(options));
  impl->accept_all();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

const std::vector<ListenAddress>& HttpServer::addresses() const {
  return impl_->addresses();
}
std::size_t HttpServer::connections() const {
  return impl_->connections();
}

ports::Async<void> HttpServer::stop(Duration grace) {
  const auto impl = impl_;
  co_await impl->stop(grace);
}

}  // namespace pscheduler::adapters
