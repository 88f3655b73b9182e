#include "services/federation/peer_line.hpp"

#include <fmt/format.h>

#include "pscheduler/ports/messages.hpp"

namespace pscheduler::services {
namespace {

// More than a thousand tasks with a participant in common; each is a coroutine with some KiB.
constexpr std::size_t kWaitingPerHostMax = 2000;

CallTurnsLimits limits_of(const PeersSettings& settings) {
  return {settings.calls_per_host_max, settings.calls_max, kWaitingPerHostMax};
}

bool is_no_answer(Errc code) {
  return code == Errc::unreachable || code == Errc::timed_out;
}

}  // namespace

// A call that the breaker let pass; one that is cancelled tells nothing about the host.
class PeerLine::Trial {
 public:
  Trial(PeerLine& line, Breaker& breaker, Breaker::Pass pass) : line_(line), breaker_(breaker), pass_(pass) {}
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial() {
    if (!ended_) breaker_.abandoned(pass_, line_.ports_.clock.steady());
  }

  void answered(const std::string& host) {
    ended_ = true;
    if (breaker_.answered()) line_.ports_.log.write(ports::kPeerReachable, {{"host", host}});
    line_.heard_from(host);
  }
  void failed(const std::string& host, const Error& error) {
    ended_ = true;
    if (!breaker_.failed(pass_, line_.ports_.clock.steady(), error)) return;
    line_.ports_.log.write(ports::kPeerUnreachable, {{"host", host}, {"error", error.message}});
  }

 private:
  PeerLine& line_;
  Breaker& breaker_;
  Breaker::Pass pass_;
  bool ended_ = false;
};

// An entry in the list of calls under way, while it lives.
class PeerLine::Wait {
 public:
  Wait(Waits& waits, const PeerCall& call, Duration now) : waits_(waits), entry_(waits.end()) {
    if (call.task) entry_ = waits.insert(waits.end(), {*call.task, {call.host, call.step, now}});
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    if (entry_ != waits_.end()) waits_.erase(entry_);
  }

 private:
  Waits& waits_;
  Waits::iterator entry_;
};

PeerLine::PeerLine(Peers::Ports ports, const PeersSettings& settings)
    : ports_(std::move(ports)),
      turns_(ports_.executor, ports_.clock, limits_of(settings)),
      waiting_turns_(ports_.executor, ports_.clock, limits_of(settings)) {}

ports::AsyncResult<PeerAnswer> PeerLine::ask(PeerCall call) {
  const auto record = book_.of(call.host, ports_.clock.steady());
  const Breaker& breaker = record->breaker(call.http.bind_address.value_or(""));
  if (breaker.refuses(ports_.clock.steady())) co_return fail(breaker.refusal(ports_.clock.steady()));
  const Wait wait(waits_, call, ports_.clock.steady());
  auto& turns = call.kind == CallKind::waiting ? waiting_turns_ : turns_;
  const auto turn = co_await turns.acquire(call.host, call.http.time_limit.value());
  if (!turn) co_return fail(turn.error());
  auto answer = co_await ask_now(std::move(call), *record);
  co_return answer;
}

std::vector<PeerWait> PeerLine::waits(TaskId task) const {
  std::vector<PeerWait> found;
  for (const auto& [of, wait] : waits_) {
    if (of == task) found.push_back(wait);
  }
  return found;
}

ports::AsyncResult<PeerAnswer> PeerLine::ask_now(PeerCall call, PeerRecord& record) {
  Breaker& breaker = record.breaker(call.http.bind_address.value_or(""));
  const Duration begun = ports_.clock.steady();
  const auto pass = breaker.admit(begun);
  if (pass == Breaker::Pass::refused) co_return fail(breaker.refusal(begun));
  Trial trial(*this, breaker, pass);
  const Duration limit = call.http.time_limit.value();
  auto http = co_await ports_.http.call(std::move(call.http));
  if (!http) {
    const bool silent = is_no_answer(http.error().code);
    Error error = no_answer(call, limit, std::move(http.error()));
    if (silent) trial.failed(call.host, error);
    co_return fail(std::move(error));
  }
  trial.answered(call.host);
  PeerAnswer answer{std::move(call.host), std::move(call.occasion), std::move(*http)};
  // Whatever stands before a node may answer in its place, but then it does not say 200.
  if (answer.ours() || answer.http.status == 200) record.ours = answer.ours();
  if (call.kind == CallKind::brief) record.measured(ports_.clock.steady() - begun);
  learn(answer.host, record);
  co_return answer;
}

void PeerLine::learn(const std::string& host, const PeerRecord& record) {
  if (!record.worth_keeping(ports_.clock.now()) || !learned_.insert(host).second) return;
  if (on_learned_) on_learned_();
}

std::vector<KnownPeer> PeerLine::take_learned() {
  std::vector<KnownPeer> taken;
  const Instant now = ports_.clock.now();
  for (const auto& host : std::exchange(learned_, {})) {
    if (const auto record = book_.find(host)) taken.push_back(record->keep(host, now));
  }
  return taken;
}

void PeerLine::recall(const std::vector<KnownPeer>& known) {
  for (const auto& peer : known) book_.of(peer.host, ports_.clock.steady())->recall(peer);
}

void PeerLine::heard_from(const std::string& host) {
  if (const auto record = book_.find(host)) record->heard(ports_.clock.steady());
  if (on_heard_) on_heard_(host);
}

std::vector<PeerState> PeerLine::states() const {
  std::vector<PeerState> states;
  const auto calendar = [now = ports_.clock.now(), steady = ports_.clock.steady()](Duration at) {
    return now + (at - steady);
  };
  for (const auto& [host, record] : book_.all()) {
    PeerState state{host, record->ours, std::nullopt, {}};
    if (record->has_answered()) state.exchange_time = record->exchange_time();
    for (const auto& [bind_address, breaker] : record->breakers()) {
      const auto silence = breaker.silence();
      if (!silence) continue;
      state.silences.push_back(
          {bind_address, calendar(silence->since), calendar(silence->next_call), silence->problem});
    }
    states.push_back(std::move(state));
  }
  return states;
}

Error PeerLine::no_answer(const PeerCall& call, Duration limit, Error error) {
  switch (error.code) {
    case Errc::timed_out:
      error.message = fmt::format("{} did not answer within {:g} s {}", call.host,
                                  std::chrono::duration<double>(limit).count(), call.occasion);
      break;
    case Errc::unreachable:
      error.message = fmt::format("{} cannot be reached: {}", call.host, error.message);
      break;
    default:
      error.message = fmt::format("{} gave no usable answer {}: {}", call.host, call.occasion, error.message);
      error.code = Errc::not_possible;
  }
  return error;
}

}  // namespace pscheduler::services
