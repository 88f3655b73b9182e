#pragma once
// Removes at other participants what is to be removed there, and tells leads of what has become of their runs
// here, however long they cannot be reached (spec scheduling.md 4.7, api.md 15.6).
//
// Errands are durable with the change that caused them. Each is tried at once, then again with growing pauses
// until it is done or has expired. While a host does not answer, one errand at a time finds out whether it is
// back, at the latest when the pause is over and at once when there is a sign of life of it; then all of its
// others follow.
//
// All use is on one thread. What is passed by reference outlives this.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pscheduler/model/errand.hpp"
#include "pscheduler/model/run.hpp"
#include "pscheduler/model/task.hpp"
#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/random.hpp"
#include "pscheduler/ports/scope.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/peers.hpp"

namespace pscheduler::services {

// Between attempts at a host that does not answer: nothing is left behind a minute after it has come back.
inline constexpr Duration kErrandPauseMax = std::chrono::seconds(30);

// Between attempts that a host refuses; as often as 5.2 tries.
inline constexpr Duration kErrandRefusedPauseMax = std::chrono::minutes(5);

// A host that knows nothing of what is to be removed is asked once more, as what it is to undo may have been
// given up here while it was still on its way there.
inline constexpr Duration kErrandLookAgain = std::chrono::seconds(30);

// What is still to be done at one host, for people.
struct Owed {
  std::string host;
  std::size_t count = 0;
  std::size_t untried = 0;  // of them
  Instant oldest;           // when it was added
  Instant next_attempt;     // not before
  std::string problem;      // of the last attempt; empty before the first
};

class Errands {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Clock& clock;
    ports::Random& random;
    ports::Log& log;
  };

  // `keep`: how long an errand is worth trying; as long as tasks are kept.
  Errands(Ports ports, Peers& peers, Duration keep);
  ~Errands();

  // For errands from now on.
  void set_keep(Duration keep) { keep_ = keep; }

  // Errands for all participants of a task but this node, to be stored with the change that makes them
  // necessary and handed to take() when that is durable; or for those participants alone (by index).
  [[nodiscard]] std::vector<Errand> for_task(const Task& task) const;
  [[nodiscard]] std::vector<Errand> for_run(const Task& task, RunId run) const;
  [[nodiscard]] std::vector<Errand> for_participants(const Task& task, std::optional<RunId> run,
                                                     const std::vector<int>& participants) const;

  // The lead of a run that this node had agreed to is told that it has given way here, and why.
  [[nodiscard]] Errand for_lead(const Task& task, const Run& run, const std::string& reason) const;

  // Takes over durable errands.
  void take(std::vector<Errand> errands);

  // Takes up those of an earlier life; to be awaited before work().
  ports::AsyncResult<void> recover();

  // Does errands when they are due, until cancelled.
  ports::Async<void> work();

  // Breaks off what is under way; it is done in the next life.
  ports::Async<void> stop();

  [[nodiscard]] std::size_t size() const { return errands_.size(); }

  // By host.
  [[nodiscard]] std::vector<Owed> owed() const;

 private:
  struct Host {
    std::set<std::pair<Instant, ErrandId>> waiting;  // by next attempt
    std::size_t under_way = 0;
    int unanswered = 0;     // attempts in a row
    Duration tried{};       // the last time without an answer, of the steady clock
    Duration not_before{};  // likewise
    std::string problem;    // of the last attempt
  };
  class UnderWay;

  void heard_from(const std::string& host);
  void begin_due();
  [[nodiscard]] bool has_room(const Host& host) const;
  [[nodiscard]] Duration until_due(const Host& host) const;
  [[nodiscard]] std::optional<Duration> until_next() const;
  ports::Async<void> attempt(ErrandId id);
  ports::AsyncResult<Removal> run_it(const Errand& errand);
  void note_answer(const Errand& errand, const Result<Removal>& removal);
  void plan_next(Errand& errand, const Result<Removal>& removal);
  [[nodiscard]] Duration jittered(Duration pause) const;
  ports::Async<void> finish(ErrandId id);
  ports::Async<void> record(Errand errand);

  Ports ports_;
  Peers& peers_;
  Duration keep_;
  std::map<ErrandId, Errand> errands_;
  std::map<std::string, Host> hosts_;
  std::size_t under_way_ = 0;
  bool stopping_ = false;
  ports::Event changed_;
  ports::Scope attempts_;
};

}  // namespace pscheduler::services
