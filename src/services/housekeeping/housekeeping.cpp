#include "pscheduler/services/housekeeping.hpp"

#include <algorithm>
#include <set>

#include "pscheduler/ports/messages.hpp"
#include "services/housekeeping/ages.hpp"

namespace pscheduler::services {
namespace {

// Runs without an end get this much longer: one may be on its way to it still (spec scheduling.md 12.1).
constexpr Duration kUnfinishedLonger = std::chrono::hours(1);

// What one transaction removes: few enough rows to be done in milliseconds, while commits wait.
constexpr std::size_t kStepRows = 64;
constexpr std::int64_t kStepBytes = 1 << 20;

// Steps get a fifth of the store's time at the most.
constexpr Duration kPauseMin = std::chrono::milliseconds(10);
constexpr int kPausePerStep = 4;

// Rows looked at in one read: mostly a few are old, and with the first that is not there are no more.
constexpr int kFirstPage = 16;
constexpr int kPageMax = 256;
constexpr int kPageGrowth = 4;

// Numbers looked through in one read for rows that belong to nothing.
constexpr std::int64_t kOrphanNumbers = 2000;

// Between two looks, so that runs whose expiry comes one by one are removed together.
constexpr Duration kLooksApart = std::chrono::seconds(15);

// Between two looks for what was kept for its age, as a part of that: after two days nobody minds a quarter
// of an hour, and what goes together costs one commit instead of many.
constexpr int kLooksPerAge = 200;
constexpr Duration kLooksForAgeApartMax = std::chrono::minutes(15);

// When to look again at what is wanted still: nobody tells that an archiving or a task has ended.
constexpr Duration kWantedAgain = std::chrono::minutes(10);

// How long to wait after the store has refused.
constexpr Duration kRetryInterval = std::chrono::minutes(1);

Duration looks_for_age_apart(Duration keep) {
  return std::min(keep / kLooksPerAge, kLooksForAgeApartMax);
}

}  // namespace

// What goes in one transaction.
struct Housekeeping::Step {
  ports::Changes changes;
  std::set<TaskId> tasks;  // those whose runs are among it
  std::int64_t bytes = 0;

  void add(const ports::OldRun& run) {
    changes.removed_runs.push_back(run.id);
    tasks.insert(run.task);
    bytes += run.result_bytes;
  }
  void add(const ports::OldTask& task) { changes.removed_tasks.push_back(task.id); }
  [[nodiscard]] std::size_t rows() const {
    return changes.removed_runs.size() + changes.removed_tasks.size();
  }
  [[nodiscard]] bool full() const { return rows() >= kStepRows || bytes >= kStepBytes; }
};

// What becomes of a row. Rows come by age: with the first that is not old there are no more.
struct Housekeeping::Verdict {
  enum class Fate { goes, stays, not_old };
  Fate fate = Fate::goes;
  std::optional<Instant> look_again;
};

Housekeeping::Housekeeping(Ports ports, RunEvents& events, TaskBook& book, Duration keep)
    : ports_(std::move(ports)), events_(events), book_(book), keep_(keep), changed_(ports_.executor) {}

void Housekeeping::set_keep(Duration keep) {
  if (keep == keep_) return;
  keep_ = keep;
  wanted_ = ports_.clock.now();
  changed_.notify_all();
}

void Housekeeping::expires_at(Instant at) {
  if (wanted_ && *wanted_ <= at) return;
  wanted_ = at;
  changed_.notify_all();
}

ports::Async<void> Housekeeping::work() {
  for (;;) {
    wanted_.reset();
    next_look_.reset();
    auto next = co_await clear();
    if (!next) ports_.log.write(ports::kHousekeepingFailed, {{"error", next.error().message}});
    const Instant ended = ports_.clock.now();
    const Instant next_due = next ? *next : ended + kRetryInterval;
    const Instant not_before = ended + (next ? kLooksApart : kRetryInterval);
    for (bool due = false; !due;) {
      const Instant look_at = std::max(std::min(next_due, wanted_.value_or(next_due)), not_before);
      next_look_ = look_at;
      const bool told = co_await changed_.wait_until(ports_.clock, look_at);
      due = !told;
    }
  }
}

// Removes all that is old; when the next thing will be.
ports::AsyncResult<Instant> Housekeeping::clear() {
  // What happens from now on grows old no earlier than this.
  Instant next = ports_.clock.now() + keep_;
  for (const auto which : {ports::OldRuns::ended, ports::OldRuns::unfinished}) {
    auto next_run = co_await clear_runs(which);
    if (!next_run) co_return next_run;
    next = std::min(next, *next_run);
  }
  auto next_task = co_await clear_tasks();
  if (!next_task) co_return next_task;
  next = std::max(std::min(next, *next_task), ports_.clock.now() + looks_for_age_apart(keep_));
  auto next_expiry = co_await clear_runs(ports::OldRuns::expiring);
  if (!next_expiry) co_return next_expiry;
  next = std::min(next, *next_expiry);
  if (!orphans_cleared_) {
    auto cleared = co_await clear_orphans();
    if (!cleared) co_return fail(std::move(cleared.error()));
    orphans_cleared_ = true;
  }
  co_return next;
}

Duration Housekeeping::age_of(ports::OldRuns which) const {
  switch (which) {
    case ports::OldRuns::ended:
      return keep_;
    case ports::OldRuns::unfinished:
      return keep_ + kUnfinishedLonger;
    case ports::OldRuns::expiring:
      break;
  }
  return Duration::zero();
}

ports::AsyncResult<Instant> Housekeeping::clear_runs(ports::OldRuns which) {
  const Duration age = age_of(which);
  const Duration keep = keep_;
  const Instant now = ports_.clock.now();
  ReadPage<ports::OldRun> read = [this, which](ports::RetentionPlace after, int page_size) {
    return ports_.retention.old_runs(which, after, page_size);
  };
  Judge<ports::OldRun> judge = [=, this](const ports::OldRun& run) -> Verdict {
    if (run.place.at > now - age) return {Verdict::Fate::not_old, run.place.at + age};
    // When the clock was set forward, the tool of a run may work on long after its slot.
    if (which == ports::OldRuns::unfinished && book_.find(run.task) != nullptr) {
      return {Verdict::Fate::stays, now + kWantedAgain};
    }
    if (which != ports::OldRuns::ended) return {Verdict::Fate::goes, {}};
    const auto wanted = wanted_until(run, now, keep);
    if (wanted) return {Verdict::Fate::stays, std::min(*wanted, now + kWantedAgain)};
    return {Verdict::Fate::goes, {}};
  };
  auto next = co_await clear_rows<ports::OldRun>(std::move(read), std::move(judge));
  co_return next;
}

ports::AsyncResult<Instant> Housekeeping::clear_tasks() {
  const Instant now = ports_.clock.now();
  const Duration keep = keep_;
  ReadPage<ports::OldTask> read = [this](ports::RetentionPlace after, int page_size) {
    return ports_.retention.old_tasks(after, page_size);
  };
  Judge<ports::OldTask> judge = [this, now, keep](const ports::OldTask& task) -> Verdict {
    if (task.place.at > now - keep) return {Verdict::Fate::not_old, task.place.at + keep};
    const auto over = over_from(task);
    // Without runs it goes; with runs it does when they do, which is looked after.
    if (!over || task.has_runs) return {Verdict::Fate::stays, {}};
    if (*over > now - keep) return {Verdict::Fate::stays, *over + keep};
    if (book_.find(task.id) != nullptr) return {Verdict::Fate::stays, now + kWantedAgain};
    return {Verdict::Fate::goes, {}};
  };
  auto next = co_await clear_rows<ports::OldTask>(std::move(read), std::move(judge));
  co_return next;
}

// Removes, page by page and step by step, what is to go; when the next row will be old enough.
template <class Row>
ports::AsyncResult<Instant> Housekeeping::clear_rows(ReadPage<Row> read, Judge<Row> judge) {
  Instant next = Instant::max();
  ports::RetentionPlace place;
  int page_size = kFirstPage;
  for (bool more = true; more; page_size = std::min(page_size * kPageGrowth, kPageMax)) {
    auto page = co_await read(place, page_size);
    if (!page) co_return fail(std::move(page.error()));
    more = std::ssize(*page) == page_size;
    Step step;
    for (const auto& row : *page) {
      place = row.place;
      const Verdict verdict = judge(row);
      next = std::min(next, verdict.look_again.value_or(next));
      if (verdict.fate == Verdict::Fate::not_old) {
        more = false;
        break;
      }
      if (verdict.fate == Verdict::Fate::stays) continue;
      step.add(row);
      if (!step.full()) continue;
      Step full;
      std::swap(full, step);
      auto taken = co_await take_step(std::move(full));
      if (!taken) co_return fail(std::move(taken.error()));
    }
    auto taken = co_await take_step(std::move(step));
    if (!taken) co_return fail(std::move(taken.error()));
  }
  co_return next;
}

// Once in the life of the daemon: nothing it does leaves any.
ports::AsyncResult<void> Housekeeping::clear_orphans() {
  auto end = co_await ports_.retention.numbers_end();
  if (!end) co_return fail(std::move(end.error()));
  for (std::int64_t from = 0; from < *end; from += kOrphanNumbers) {
    const ports::NumberRange range{from, from + kOrphanNumbers};
    auto count = co_await ports_.retention.count_orphans(range);
    if (!count) co_return fail(std::move(count.error()));
    if (*count > 0) {
      ports_.log.write(ports::kHousekeepingOrphans, {{"rows", *count}});
      Step step;
      step.changes.removed_orphans = range;
      auto taken = co_await take_step(std::move(step));
      if (!taken) co_return taken;
    }
    if (range.below < *end) co_await ports_.clock.sleep_for(kPauseMin);
  }
  co_return Result<void>{};
}

// Commits what goes together, tells those who look at its runs, and pauses.
ports::AsyncResult<void> Housekeeping::take_step(Step step) {
  if (step.rows() == 0 && !step.changes.removed_orphans) co_return Result<void>{};
  const auto rows = static_cast<std::int64_t>(step.rows());
  const Duration begun = ports_.clock.steady();
  auto committed = co_await ports_.store.commit(std::move(step.changes));
  if (!committed) co_return committed;
  for (const TaskId task : step.tasks) events_.changed(task);
  ports_.log.write(ports::kHousekeepingRemoved, {{"rows", rows}});
  const Duration pause = std::max(kPauseMin, kPausePerStep * (ports_.clock.steady() - begun));
  co_await ports_.clock.sleep_for(pause);
  co_return Result<void>{};
}

}  // namespace pscheduler::services
