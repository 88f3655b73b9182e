// Runs of other leads shortly before their start: a lead that has lost its power or its run can tell nobody,
// and whoever measured then would measure for nobody.
//
// Not all leads can be called from here, as calls otherwise only go the other way, and what a lead calls
// itself may be another host from here. So an answer, or none, counts against those alone that have shown a
// run of theirs before: they are called once while they surely have it, soon after they have confirmed it.

#include "pscheduler/services/scheduling.hpp"

namespace pscheduler::services {
namespace {

// So long before the start the lead is asked, which leaves time to ask twice.
constexpr Duration kAskAhead = std::chrono::seconds(15);
constexpr Duration kAskAgain = std::chrono::seconds(3);

// A lead that has just confirmed the run is there.
constexpr Duration kSurelyThere = std::chrono::seconds(20);

// When one that has never been called is called first; by then it has stored what it confirmed.
constexpr Duration kFirstCall = std::chrono::seconds(5);

// Those that are remembered; a forgotten one is called once more.
constexpr std::size_t kLeadsMax = 4096;

bool is_silent(const Result<PeerResult>& answer) {
  return !answer && (answer.error().code == Errc::unreachable || answer.error().code == Errc::timed_out);
}

// Why the run is not to be started; empty when it is.
std::string why_not(const std::string& lead, const Result<PeerResult>& answer) {
  if (is_silent(answer)) return "Not started, as nobody would take the result: " + answer.error().message;
  if (!answer) {
    const bool gone = answer.error().code == Errc::not_found;
    return gone ? "Not started: its lead " + lead + " no longer has the run." : "";
  }
  const auto state = parse_run_state(answer->state);
  if (!state || !traits(*state).final) return "";
  return "Not started: on its lead " + lead + " the run is " + answer->state +
         (answer->errors.empty() ? "." : ": " + answer->errors);
}

}  // namespace

// For a run that another lead has confirmed.
void Scheduling::ask_later(const Task& task, const Run& run) {
  if (task.leads() || !run.nominal_start) return;
  const Instant now = ports_.clock.now();
  const Instant at = run.times.start - kAskAhead;
  if (at < now + kSurelyThere) return;
  const bool known = leads_that_answer_.contains(task.participants.front());
  asks_.emplace(std::pair(known ? at : now + kFirstCall, run.id), task.id);
  changed_.notify_all();
}

void Scheduling::ask_leads() {
  const Instant now = ports_.clock.now();
  while (!asks_.empty() && asks_.begin()->first.first <= now) {
    const auto next = asks_.extract(asks_.begin());
    if (runner_.is_waiting(next.key().second)) plans_.spawn(ask_lead(next.mapped(), next.key().second));
  }
}

ports::Async<void> Scheduling::ask_lead(TaskId of, RunId id) {
  auto found = co_await ports_.store.task(of);
  auto stored = co_await ports_.store.run(of, id);
  if (!found || !*found || !stored || !*stored) co_return;
  const Task task = std::move(**found);
  const Instant at = (*stored)->run.times.start - kAskAhead;
  const std::string lead = task.participants.front();
  const bool first_call = ports_.clock.now() < at;
  const PeerAddress address{lead, ""};
  auto answer = co_await peers_.run_of_lead(address, of, id);
  if (first_call) {
    if (!answer) co_return;
    if (leads_that_answer_.size() >= kLeadsMax) leads_that_answer_.clear();
    leads_that_answer_.insert(lead);
    asks_.emplace(std::pair(at, id), of);
    changed_.notify_all();
    co_return;
  }
  if (!leads_that_answer_.contains(lead)) co_return;
  if (is_silent(answer)) {
    co_await ports_.clock.sleep_for(kAskAgain);
    answer = co_await peers_.run_of_lead(address, of, id);
  }
  std::string reason = why_not(lead, answer);
  if (!reason.empty()) co_await leave_out(task, id, std::move(reason));
}

// The lead may be there after all, and then it is not to measure alone.
ports::Async<void> Scheduling::leave_out(const Task& task, RunId id, std::string reason) {
  auto run = runner_.withdraw(id);
  if (!run) co_return;
  run->errors = reason;
  const Errand told = errands_.for_lead(task, *run, reason);
  Why why{std::move(reason), "scheduler"};
  RunJournal::MakeChanges together = [told] {
    ports::Changes changes;
    changes.new_errands.push_back(told);
    return changes;
  };
  co_await journal_.move_surely(*run, RunState::missed, std::move(why), std::nullopt, std::move(together));
  errands_.take({told});
  free_time(id);
}

}  // namespace pscheduler::services
