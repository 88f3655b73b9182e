#pragma once
// Peers over a network that answers as the test says, in virtual time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "component/small_ports.hpp"
#include "component/virtual_clock.hpp"
#include "pscheduler/ports/http_client.hpp"
#include "pscheduler/services/peers.hpp"

namespace pscheduler::services::test {

using namespace std::chrono_literals;
using pscheduler::test::KeptLog;
using pscheduler::test::SeededRandom;
using pscheduler::test::VirtualClock;

// 2030-01-02T12:00:00Z; the times of tests are given as offsets from it.
inline constexpr Instant kNoon =
    std::chrono::sys_days(std::chrono::year(2030) / 1 / 2) + std::chrono::hours(12);
constexpr Instant at(Duration offset) {
  return kNoon + offset;
}

inline const TaskId kTask = *TaskId::parse("11111111-1111-4111-8111-111111111111");
inline const RunId kRun = *RunId::parse("22222222-2222-4222-8222-222222222222");
inline const std::string kTaskUrl = "https://b.example/pscheduler/tasks/11111111-1111-4111-8111-111111111111";
inline const std::string kRunUrl = kTaskUrl + "/runs/22222222-2222-4222-8222-222222222222";

// What a host says, and how long it takes for it.
struct Reply {
  Result<ports::HttpAnswer> answer;
  Duration after{};
};

Reply says(int status, std::string body, std::map<std::string, std::string> headers = {});
Reply ours_says(int status, std::string body, std::map<std::string, std::string> headers = {});
Reply is_gone(Duration after = {});  // connection refused
Reply keeps_silent();                // until the deadline

class ScriptedNetwork final : public ports::HttpClient {
 public:
  explicit ScriptedNetwork(ports::Clock& clock) : clock_(clock) {}

  std::function<Reply(const ports::HttpCall&)> answers = [](const auto&) { return says(200, "\"ok\""); };
  std::vector<ports::HttpCall> calls;
  int under_way = 0;
  int under_way_max = 0;

  // The answers to the calls, one after the other.
  void script(std::vector<Reply> replies);

  // "GET https://…" of each call so far; they are forgotten then.
  std::vector<std::string> take_lines();

  ports::AsyncResult<ports::HttpAnswer> call(ports::HttpCall call) override;

 private:
  ports::Clock& clock_;
};

// What has been started and may have ended.
template <class T>
struct Started {
  std::optional<T> value;
  bool cancelled = false;
  boost::asio::cancellation_signal cancel;
};

class FederationTest : public testing::Test {
 protected:
  // Lets everything happen that can happen without time going on.
  void settle();
  void advance(Duration length);

  template <class T>
  std::shared_ptr<Started<T>> begin(ports::Async<T> operation) {
    auto started = std::make_shared<Started<T>>();
    auto keep = [started](const std::exception_ptr& error, T value) {
      if (error) {
        started->cancelled = true;
      } else {
        started->value = std::move(value);
      }
    };
    boost::asio::co_spawn(loop, std::move(operation),
                          boost::asio::bind_cancellation_slot(started->cancel.slot(), std::move(keep)));
    settle();
    return started;
  }

  // Runs an operation to its end.
  template <class T>
  T get(ports::Async<T> operation) {
    const auto started = begin(std::move(operation));
    while (!started->value) {
      const auto next = clock.next_alarm();
      if (!next || started->cancelled) throw std::runtime_error("What is waited for never comes.");
      clock.move_to(std::max(*next, clock.now()));
      settle();
    }
    return std::move(*started->value);
  }

  static PeerAddress b_example() { return {"b.example", ""}; }
  void make_peers(PeersSettings settings = {}) {
    peers = std::make_unique<Peers>(Peers::Ports{loop.get_executor(), network, clock, log}, settings);
  }

  // A call of which only the outcome matters.
  Result<Json> ask_clock(const std::string& host = "b.example", const std::string& bind = {}) {
    return get(peers->clock(PeerAddress{host, bind}));
  }

  boost::asio::io_context loop;
  VirtualClock clock{kNoon};
  KeptLog log;
  ScriptedNetwork network{clock};
  std::unique_ptr<Peers> peers =
      std::make_unique<Peers>(Peers::Ports{loop.get_executor(), network, clock, log}, PeersSettings{});
};

}  // namespace pscheduler::services::test
