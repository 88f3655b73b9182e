#include "pscheduler/services/errands.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "pscheduler/json/write.hpp"
#include "pscheduler/ports/messages.hpp"
#include "pscheduler/services/peer_extension.hpp"
#include "services/federation/breaker.hpp"

namespace pscheduler::services {
namespace {

// In place of kErrandLookAgain for an errand that has waited for its host: it was added some time ago, and
// all is to be done within a minute of the host's return, of which a lost call and the longest pause may take
// 40 s.
constexpr Duration kLookAgainSooner = std::chrono::seconds(10);

constexpr Duration kPauseFirst = std::chrono::seconds(1);

// At one host that answers: removing is cheap there, and it has more to do.
constexpr std::size_t kAtOnePerHost = 4;

// Many hosts may be gone at once; those that are there wait for a place at most as long as those that are
// not are given to answer.
constexpr std::size_t kAtOnceInAll = 64;

// Until what was done is stored by a store that had no room.
constexpr Duration kStoreAgain = std::chrono::seconds(30);

Duration pause_after(int attempts, Duration longest) {
  Duration pause = kPauseFirst;
  for (int i = 1; i < attempts && pause < longest; ++i) pause *= 2;
  return std::min(pause, longest);
}

// Kept with the errand until the next attempt, so that a second answer of that kind is known as such.
std::string nothing_known_at(const std::string& host) {
  return host + " knows nothing of it yet";
}

std::string what_of(const Errand& errand) {
  return errand.run ? "run " + errand.run->to_string() : "task " + errand.task.to_string();
}

void note_mistake(ports::Log& log, const std::exception_ptr& mistake) {
  try {
    std::rethrow_exception(mistake);
  } catch (const std::exception& error) {
    log.write(ports::kErrandBroken, {{"error", std::string(error.what())}});
  } catch (...) {
    log.write(ports::kErrandBroken, {});
  }
}

}  // namespace

// The errand of an attempt is back among those that wait when the attempt is over, unless it is done.
class Errands::UnderWay {
 public:
  UnderWay(Errands& errands, const Errand& errand) : errands_(errands), id_(errand.id), host_(errand.host) {
    ++errands_.under_way_;
    ++errands_.hosts_[host_].under_way;
  }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() {
    --errands_.under_way_;
    const auto host = errands_.hosts_.find(host_);
    --host->second.under_way;
    const auto errand = errands_.errands_.find(id_);
    if (errand != errands_.errands_.end()) host->second.waiting.emplace(errand->second.next_attempt, id_);
    if (host->second.waiting.empty() && host->second.under_way == 0) errands_.hosts_.erase(host);
    errands_.changed_.notify_all();
  }

 private:
  Errands& errands_;
  ErrandId id_;
  std::string host_;
};

Errands::Errands(Ports ports, Peers& peers, Duration keep)
    : ports_(std::move(ports)),
      peers_(peers),
      keep_(keep),
      changed_(ports_.executor),
      attempts_(ports_.executor,
                [this](const std::exception_ptr& mistake) { note_mistake(ports_.log, mistake); }) {
  peers_.on_heard([this](const std::string& host) { heard_from(host); });
}

Errands::~Errands() {
  peers_.on_heard({});
}

std::vector<Errand> Errands::for_task(const Task& task) const {
  std::vector<int> all(task.participants.size());
  std::iota(all.begin(), all.end(), 0);
  return for_participants(task, std::nullopt, all);
}

std::vector<Errand> Errands::for_run(const Task& task, RunId run) const {
  std::vector<int> all(task.participants.size());
  std::iota(all.begin(), all.end(), 0);
  return for_participants(task, run, all);
}

std::vector<Errand> Errands::for_participants(const Task& task, std::optional<RunId> run,
                                              const std::vector<int>& participants) const {
  std::vector<Errand> errands;
  const Instant now = ports_.clock.now();
  for (const int participant : participants) {
    if (participant == task.participant) continue;
    auto peer = peer_of(task, participant);
    Errand errand;
    errand.id = ErrandId(ports::new_uuid(ports_.random));
    errand.host = std::move(peer.host);
    errand.bind_address = std::move(peer.bind_address);
    errand.task = task.id;
    errand.run = run;
    errand.key = task.participant_key.empty() ? task.own_key : task.participant_key;
    errand.added = now;
    errand.expires = now + keep_;
    errand.next_attempt = now;
    errands.push_back(std::move(errand));
  }
  return errands;
}

// Called from any address: the task's lead-bind is one of the lead. Nobody needs it when the run is over.
Errand Errands::for_lead(const Task& task, const Run& run, const std::string& reason) const {
  const Instant now = ports_.clock.now();
  Errand errand;
  errand.id = ErrandId(ports::new_uuid(ports_.random));
  errand.host = task.participants.front();
  errand.task = task.id;
  errand.run = run.id;
  errand.key = task.own_key;
  const Json what = {{"participant", task.participant}, {"reason", reason}};
  errand.tells = json::to_compact({{std::string(kGaveWay), what}});
  errand.added = now;
  errand.expires = std::min(std::max(run.times.end, now), now + keep_);
  errand.next_attempt = now;
  return errand;
}

void Errands::take(std::vector<Errand> errands) {
  for (auto& errand : errands) {
    auto& host = hosts_[errand.host];
    host.waiting.emplace(errand.next_attempt, errand.id);
    if (!errand.problem.empty()) host.problem = errand.problem;
    errands_.insert_or_assign(errand.id, std::move(errand));
  }
  changed_.notify_all();
}

ports::AsyncResult<void> Errands::recover() {
  auto errands = co_await ports_.store.errands();
  if (!errands) co_return fail(std::move(errands.error()));
  take(std::move(*errands));
  co_return Result<void>{};
}

ports::Async<void> Errands::work() {
  while (!stopping_) {
    begin_due();
    const auto pause = until_next();
    if (pause) {
      co_await changed_.wait_for(ports_.clock, *pause);
    } else {
      co_await changed_.wait();
    }
  }
}

ports::Async<void> Errands::stop() {
  stopping_ = true;
  changed_.notify_all();
  attempts_.cancel_all();
  co_await attempts_.join();
}

// It may be that it reaches this node and is not reached itself.
void Errands::heard_from(const std::string& name) {
  const auto host = hosts_.find(name);
  if (host == hosts_.end() || host->second.unanswered == 0) return;
  host->second.not_before = std::min(host->second.not_before, host->second.tried + kPauseAfterSignOfLife);
  changed_.notify_all();
}

std::vector<Owed> Errands::owed() const {
  std::map<std::string, Owed> by_host;
  for (const auto& [id, errand] : errands_) {
    auto& owed = by_host[errand.host];
    owed.oldest = owed.count == 0 ? errand.added : std::min(owed.oldest, errand.added);
    ++owed.count;
    if (errand.attempts == 0) ++owed.untried;
  }
  std::vector<Owed> list;
  const Instant now = ports_.clock.now();
  for (auto& [name, owed] : by_host) {
    const auto& host = hosts_.at(name);
    owed.host = name;
    owed.problem = host.problem;
    owed.next_attempt = host.waiting.empty() ? now : now + std::max(until_due(host), Duration::zero());
    list.push_back(std::move(owed));
  }
  return list;
}

// While it does not answer, one at a time finds out whether it is back.
bool Errands::has_room(const Host& host) const {
  return under_way_ < kAtOnceInAll && host.under_way < (host.unanswered > 0 ? 1 : kAtOnePerHost);
}

// No errand waits longer than the longest pause, whatever happens to the calendar clock.
Duration Errands::until_due(const Host& host) const {
  const Duration by_calendar = host.waiting.begin()->first - ports_.clock.now();
  const Duration due = by_calendar > kErrandRefusedPauseMax ? Duration::zero() : by_calendar;
  return std::max(due, host.not_before - ports_.clock.steady());
}

std::optional<Duration> Errands::until_next() const {
  std::optional<Duration> next;
  for (const auto& [name, host] : hosts_) {
    if (host.waiting.empty() || !has_room(host)) continue;
    const Duration due = until_due(host);
    if (!next || due < *next) next = due;
  }
  // Not the whole time: the calendar clock may be set meanwhile.
  return next ? std::optional<Duration>(std::min(*next, kErrandPauseMax)) : std::nullopt;
}

void Errands::begin_due() {
  std::vector<ErrandId> due;
  for (auto& [name, host] : hosts_) {
    const std::size_t most = host.unanswered > 0 ? 1 : kAtOnePerHost;
    for (std::size_t begun = host.under_way; begun < most && !host.waiting.empty(); ++begun) {
      if (under_way_ + due.size() >= kAtOnceInAll || until_due(host) > Duration::zero()) break;
      due.push_back(host.waiting.begin()->second);
      host.waiting.erase(host.waiting.begin());
    }
  }
  for (const auto& id : due) attempts_.spawn(attempt(id));
}

ports::Async<void> Errands::attempt(ErrandId id) {
  Errand& errand = errands_.at(id);
  const UnderWay mark(*this, errand);
  errand.next_attempt = ports_.clock.now() + kErrandPauseMax;  // should a mistake end this attempt
  if (errand.expires <= ports_.clock.now()) {
    ports_.log.write(ports::kErrandGivenUp, {{"host", errand.host},
                                             {"what", what_of(errand)},
                                             {"attempts", std::int64_t{errand.attempts}},
                                             {"error", errand.problem}});
    co_await finish(id);
    co_return;
  }
  const auto removal = co_await run_it(errand);
  note_answer(errand, removal);
  const bool gone = removal && (*removal == Removal::done || errand.problem == nothing_known_at(errand.host));
  if (gone) {
    co_await finish(id);
  } else {
    plan_next(errand, removal);
    co_await record(errand);
  }
}

ports::AsyncResult<Removal> Errands::run_it(const Errand& errand) {
  PeerAddress peer{errand.host, errand.bind_address};
  if (errand.tells.empty()) {
    co_return co_await peers_.remove(std::move(peer), errand.task, errand.run, errand.key);
  }
  JsonText what = errand.tells;
  co_return co_await peers_.tell_lead(std::move(peer), errand.task, *errand.run, errand.key, std::move(what));
}

// What the outcome of an attempt says about its host.
void Errands::note_answer(const Errand& errand, const Result<Removal>& removal) {
  Host& host = hosts_.at(errand.host);
  const bool silent =
      !removal && (removal.error().code == Errc::unreachable || removal.error().code == Errc::timed_out);
  host.unanswered = silent ? host.unanswered + 1 : 0;
  host.tried = ports_.clock.steady();
  host.not_before = silent ? ports_.clock.steady() + jittered(pause_after(host.unanswered, kErrandPauseMax))
                           : Duration::zero();
}

void Errands::plan_next(Errand& errand, const Result<Removal>& removal) {
  const Instant now = ports_.clock.now();
  ++errand.attempts;
  if (removal) {
    errand.problem = nothing_known_at(errand.host);
    hosts_.at(errand.host).problem = errand.problem;
    errand.next_attempt = now + (errand.attempts > 1 ? kLookAgainSooner : kErrandLookAgain);
    return;
  }
  errand.problem = removal.error().message;
  hosts_.at(errand.host).problem = errand.problem;
  // Of a host that does not answer all wait together, and go on together when it does.
  const bool silent = hosts_.at(errand.host).unanswered > 0;
  errand.next_attempt = silent ? now : now + jittered(pause_after(errand.attempts, kErrandRefusedPauseMax));
}

// Hosts that come back are not met by all their leads in the same instant.
Duration Errands::jittered(Duration pause) const {
  const auto quarter = static_cast<std::uint64_t>(pause.count() / 4);
  return pause - Duration(static_cast<std::int64_t>(ports::uniform(ports_.random, quarter + 1)));
}

ports::Async<void> Errands::finish(ErrandId id) {
  ports::Changes changes;
  changes.removed_errands.push_back(id);
  const auto stored = co_await ports_.store.commit(std::move(changes));
  if (stored) {
    errands_.erase(id);
    co_return;
  }
  // It is done once more then, which harms nobody.
  errands_.at(id).next_attempt = ports_.clock.now() + kStoreAgain;
  ports_.log.write(ports::kErrandUnstored, {{"error", stored.error().message}});
}

// For people, and for the next life; without it the errand is only tried sooner after a restart.
ports::Async<void> Errands::record(Errand errand) {
  ports::Changes changes;
  changes.changed_errands.push_back(std::move(errand));
  const auto stored = co_await ports_.store.commit(std::move(changes));
  static_cast<void>(stored);
}

}  // namespace pscheduler::services
