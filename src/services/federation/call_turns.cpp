#include "services/federation/call_turns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace pscheduler::services {

// Leaves the queue also when the caller is cancelled, and then passes on a turn it was just given.
class CallTurns::Place {
 public:
  Place(CallTurns& turns, const std::string& name, Host& host)
      : turns_(turns),
        name_(name),
        host_(host),
        waiter_(host.waiting.emplace(host.waiting.end(), turns.executor_)) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    const bool unused = waiter_->has_turn && !taken_;
    host_.waiting.erase(waiter_);
    if (unused) {
      turns_.give_back(name_);
    } else {
      turns_.forget_if_idle(name_);
    }
  }

  ports::Async<bool> wait(Duration patience) { return waiter_->turn.wait_for(turns_.clock_, patience); }
  [[nodiscard]] bool take() { return taken_ = waiter_->has_turn; }

 private:
  CallTurns& turns_;
  std::string name_;
  Host& host_;
  std::list<Waiter>::iterator waiter_;
  bool taken_ = false;
};

CallTurns::CallTurns(boost::asio::any_io_executor executor, ports::Clock& clock, Limits limits)
    : executor_(std::move(executor)), clock_(clock), limits_(limits) {}

bool CallTurns::may_call(const Host& host) const {
  return under_way_ < limits_.in_all && host.under_way < limits_.per_host;
}

ports::AsyncResult<CallTurns::Turn> CallTurns::acquire(std::string host, Duration patience) {
  Host& entry = hosts_[host];
  if (entry.waiting.empty() && may_call(entry)) {
    ++entry.under_way;
    ++under_way_;
    co_return Turn(*this, std::move(host));
  }
  if (entry.waiting.size() >= limits_.waiting_per_host) {
    co_return fail(Errc::timed_out,
                   fmt::format("{} is not called: {} calls to it wait already; try again later", host,
                               entry.waiting.size()));
  }
  Place place(*this, host, entry);
  enqueue(host, entry);
  co_await place.wait(patience);
  if (!place.take()) {
    co_return fail(Errc::timed_out,
                   fmt::format("{} was not called: too many other calls were under way for {} s; "
                               "try again later",
                               host, std::chrono::ceil<std::chrono::seconds>(patience).count()));
  }
  co_return Turn(*this, std::move(host));
}

void CallTurns::enqueue(const std::string& name, Host& host) {
  if (host.queued) return;
  host.queued = true;
  hosts_in_turn_.push_back(name);
}

void CallTurns::give_back(const std::string& host) {
  --hosts_.at(host).under_way;
  --under_way_;
  call_next();
  forget_if_idle(host);
}

void CallTurns::call_next() {
  auto at = hosts_in_turn_.begin();
  while (at != hosts_in_turn_.end() && under_way_ < limits_.in_all) {
    Host& host = hosts_.at(*at);
    const auto first = std::find_if(host.waiting.begin(), host.waiting.end(),
                                    [](const Waiter& waiter) { return !waiter.has_turn; });
    if (first == host.waiting.end()) {
      host.queued = false;
      at = hosts_in_turn_.erase(at);
      continue;
    }
    if (!may_call(host)) {
      ++at;
      continue;
    }
    first->has_turn = true;
    ++host.under_way;
    ++under_way_;
    first->turn.notify_all();
    const auto served = at++;
    hosts_in_turn_.splice(hosts_in_turn_.end(), hosts_in_turn_, served);
    if (at == hosts_in_turn_.end()) at = hosts_in_turn_.begin();
  }
}

void CallTurns::forget_if_idle(const std::string& name) {
  const auto host = hosts_.find(name);
  if (host == hosts_.end() || host->second.under_way > 0 || !host->second.waiting.empty()) return;
  if (host->second.queued) hosts_in_turn_.remove(name);
  hosts_.erase(host);
}

}  // namespace pscheduler::services
