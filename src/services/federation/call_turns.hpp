#pragma once
// Whose call is next: so many at once to one host and in all. Hosts that wait take turns, and of each the one
// that has waited longest goes first, so that a host with many calls keeps no other waiting.

#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <utility>

#include "pscheduler/ports/event.hpp"

namespace pscheduler::services {

struct CallTurnsLimits {
  int per_host = 1;
  int in_all = 1;
  std::size_t waiting_per_host = 1;
};

class CallTurns {
 public:
  using Limits = CallTurnsLimits;

  // A place among the calls under way, while it lives.
  class Turn {
   public:
    Turn(CallTurns& turns, std::string host) : turns_(&turns), host_(std::move(host)) {}
    Turn(Turn&& other) noexcept
        : turns_(std::exchange(other.turns_, nullptr)), host_(std::move(other.host_)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (turns_ != nullptr) turns_->give_back(host_);
    }

   private:
    CallTurns* turns_;
    std::string host_;
  };

  CallTurns(boost::asio::any_io_executor executor, ports::Clock& clock, Limits limits);

  // timed_out when too many wait already, or the turn has not come after `patience`.
  ports::AsyncResult<Turn> acquire(std::string host, Duration patience);

 private:
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : turn(executor) {}
    ports::Event turn;
    bool has_turn = false;
  };
  struct Host {
    int under_way = 0;
    std::list<Waiter> waiting;  // also those that have their turn and have not woken yet
    bool queued = false;        // among hosts_in_turn_
  };
  class Place;

  [[nodiscard]] bool may_call(const Host& host) const;
  void enqueue(const std::string& name, Host& host);
  void give_back(const std::string& host);
  void call_next();
  void forget_if_idle(const std::string& name);

  boost::asio::any_io_executor executor_;
  ports::Clock& clock_;
  Limits limits_;
  int under_way_ = 0;
  std::map<std::string, Host> hosts_;
  std::list<std::string> hosts_in_turn_;  // those with calls that wait
};

}  // namespace pscheduler::services
