#include "adapters/http/connector.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <memory>

namespace pscheduler::adapters {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

namespace {

constexpr auto kNextAttemptAfter = std::chrono::milliseconds(250);  // RFC 8305, 5
constexpr std::size_t kAttemptsMax = 8;                             // addresses beyond these are not tried

// Attempts that run side by side. Shared, because a connect may report after nobody waits for it any more.
struct Race {
  Race(asio::any_io_executor loop, std::optional<asio::ip::address> bound)
      : executor(std::move(loop)), alarm(executor), source(std::move(bound)) {}

  asio::any_io_executor executor;
  asio::steady_timer alarm;
  std::optional<asio::ip::address> source;
  std::deque<tcp::socket> sockets;
  std::size_t pending = 0;
  std::optional<std::size_t> winner;
  boost::system::error_code error;  // the last one, preferably of an attempt that has left this host
  tcp::endpoint failed;             // what it came from
};

bool is_without_route(const boost::system::error_code& error) {
  return error == asio::error::network_unreachable || error == asio::error::address_family_not_supported ||
         error == boost::system::errc::address_not_available;
}

void take_error(Race& race, const tcp::endpoint& to, const boost::system::error_code& error) {
  if (race.error && is_without_route(error)) return;
  race.error = error;
  race.failed = to;
}

// Names the address and its family where this host lacks the means to reach it: the other may have addresses
// of that family alone.
std::string why_none_was_made(const Race& race) {
  if (!race.error) return "it has no address";
  if (!is_without_route(race.error)) return race.error.message();
  if (race.source && race.error == boost::system::errc::address_not_available) {
    return race.source->to_string() + ", the address to call from, is not one of this host";
  }
  const auto address = race.failed.address();
  return std::string("this host has no ") + (address.is_v6() ? "IPv6" : "IPv4") + " route to " +
         address.to_string() + " (" + race.error.message() + ")";
}

// Ends the attempts that are still running when the race is over or its waiter was cancelled.
class RaceEnd {
 public:
  explicit RaceEnd(std::shared_ptr<Race> race) : race_(std::move(race)) {}
  ~RaceEnd() {
    boost::system::error_code ignored;
    for (auto& socket : race_->sockets) socket.close(ignored);
  }
  RaceEnd(const RaceEnd&) = delete;
  RaceEnd& operator=(const RaceEnd&) = delete;

 private:
  std::shared_ptr<Race> race_;
};

void begin_attempt(const std::shared_ptr<Race>& race, const tcp::endpoint& to) {
  auto& socket = race->sockets.emplace_back(race->executor);
  boost::system::error_code error;
  socket.open(to.protocol(), error);
  if (!error && race->source) socket.bind(tcp::endpoint(*race->source, 0), error);
  if (error) {
    take_error(*race, to, error);
    return;
  }
  ++race->pending;
  const auto index = race->sockets.size() - 1;
  socket.async_connect(to, [race, index, to](const boost::system::error_code& result) {
    --race->pending;
    if (result) {
      take_error(*race, to, result);
    } else if (!race->winner) {
      race->winner = index;
    }
    race->alarm.cancel();
  });
}

}  // namespace

std::vector<asio::ip::address> connection_order(const std::vector<std::string>& literals,
                                                const std::optional<asio::ip::address>& source) {
  std::deque<asio::ip::address> first_family;
  std::deque<asio::ip::address> other_family;
  for (const auto& literal : literals) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(literal, error);
    if (error || (source && source->is_v6() != address.is_v6())) continue;
    const bool is_first = first_family.empty() || first_family.front().is_v6() == address.is_v6();
    (is_first ? first_family : other_family).push_back(address);
  }
  std::vector<asio::ip::address> result;
  while (result.size() < kAttemptsMax && (!first_family.empty() || !other_family.empty())) {
    auto& next = other_family.empty() || (result.size() % 2 == 0 && !first_family.empty()) ? first_family
                                                                                           : other_family;
    result.push_back(next.front());
    next.pop_front();
  }
  return result;
}

ports::AsyncResult<tcp::socket> connect_to_first(std::vector<asio::ip::address> addresses, std::uint16_t port,
                                                 std::optional<asio::ip::address> source,
                                                 steady_clock::time_point deadline) {
  const auto executor = co_await asio::this_coro::executor;
  const auto race = std::make_shared<Race>(executor, std::move(source));
  const RaceEnd end(race);
  const auto token = asio::as_tuple(asio::use_awaitable);
  std::size_t next = 0;
  auto next_at = steady_clock::now();
  while (!race->winner) {
    const auto now = steady_clock::now();
    if (now >= deadline) co_return fail(Errc::timed_out, "the connection was not made in time");
    if (next < addresses.size() && (race->pending == 0 || now >= next_at)) {
      begin_attempt(race, {addresses[next++], port});
      next_at = now + kNextAttemptAfter;
      continue;
    }
    if (race->pending == 0) {
      co_return fail(Errc::unreachable, why_none_was_made(*race));
    }
    race->alarm.expires_at(next < addresses.size() ? std::min(deadline, next_at) : deadline);
    co_await race->alarm.async_wait(token);
  }
  co_return std::move(race->sockets[*race->winner]);
}

}  // namespace pscheduler::adapters
