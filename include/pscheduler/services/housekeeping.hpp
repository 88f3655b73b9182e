#pragma once
// Removes what is old: runs, tasks that are over, and rows that belong to nothing (spec scheduling.md 4.6,
// 12.1). One timer is armed for the next thing that will be old enough; what goes then goes in small steps
// with pauses between them, so that no run and no request waits for it. Afterwards it can no longer be asked
// for.
//
// A run goes when it has been over for the time that is kept, or when its own time has come (Run::expires).
// It stays longer while it may be planned anew, and while it is still being archived: until that has ended or
// its time to live has passed, and where that has no end, as long again as runs are kept. A run that never
// reached its end goes an hour later, but not while its task has something to do. A task goes when it has
// been over for the same time and has no run left; one that may still have a run never goes. What grows old
// one by one goes together, up to a quarter of an hour late.

#include <functional>
#include <optional>
#include <vector>

#include "pscheduler/ports/clock.hpp"
#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/log.hpp"
#include "pscheduler/ports/retention.hpp"
#include "pscheduler/ports/store.hpp"
#include "pscheduler/services/run_events.hpp"
#include "pscheduler/services/task_book.hpp"

namespace pscheduler::services {

class Housekeeping {
 public:
  struct Ports {
    ports::asio::any_io_executor executor;
    ports::Store& store;
    ports::Retention& retention;
    ports::Clock& clock;
    ports::Log& log;
  };

  // `keep`: how long runs and tasks are kept after their end.
  Housekeeping(Ports ports, RunEvents& events, TaskBook& book, Duration keep);

  // Effective at once.
  void set_keep(Duration keep);
  [[nodiscard]] Duration keep() const { return keep_; }

  // To be told of each run whose expiry has been stored: nothing else makes one old before `keep` has passed.
  void expires_at(Instant at);

  // When it will look for what is old; nothing while it is at it.
  [[nodiscard]] std::optional<Instant> next_look() const { return next_look_; }

  // Keeps the house until cancelled.
  ports::Async<void> work();

 private:
  struct Step;
  struct Verdict;
  template <class Row>
  using ReadPage = std::function<ports::AsyncResult<std::vector<Row>>(ports::RetentionPlace, int page_size)>;
  template <class Row>
  using Judge = std::function<Verdict(const Row&)>;

  ports::AsyncResult<Instant> clear();
  ports::AsyncResult<Instant> clear_runs(ports::OldRuns which);
  ports::AsyncResult<Instant> clear_tasks();
  template <class Row>
  ports::AsyncResult<Instant> clear_rows(ReadPage<Row> read, Judge<Row> judge);
  ports::AsyncResult<void> clear_orphans();
  ports::AsyncResult<void> take_step(Step step);
  [[nodiscard]] Duration age_of(ports::OldRuns which) const;

  Ports ports_;
  RunEvents& events_;
  TaskBook& book_;
  Duration keep_;
  std::optional<Instant> wanted_;  // somebody has asked for a look by then
  std::optional<Instant> next_look_;
  bool orphans_cleared_ = false;
  ports::Event changed_;
};

}  // namespace pscheduler::services
