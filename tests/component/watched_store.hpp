#pragma once
// The real store, watched: it tells how many operations are outstanding, can hold commits back, and can be
// made to have no room.

#include <functional>
#include <memory>

#include "pscheduler/ports/event.hpp"
#include "pscheduler/ports/retention.hpp"
#include "pscheduler/ports/schedule_view.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::test {

// Whether a run is, or becomes, what is said.
bool brings_to(const ports::Changes& changes, RunState state);

class WatchedStore final : public ports::Store, public ports::ScheduleView, public ports::Retention {
 public:
  WatchedStore(ports::asio::any_io_executor executor, std::unique_ptr<ports::Store> store)
      : executor_(executor), store_(std::move(store)), released_(std::move(executor)) {}

  // Which commits find no room; none by default.
  std::function<bool(const ports::Changes&)> refuses;

  // What a commit goes through before it is durable, and afterwards before it is answered; nothing by
  // default.
  std::function<ports::Async<void>(const ports::Changes&)> before_commit;
  std::function<ports::Async<void>(const ports::Changes&)> after_commit;

  // A lie about a task that is read; none by default.
  std::function<void(Task&)> change_task;

  // Commits wait, not yet durable, until release(): all, or those that bring a run to a state.
  void hold(std::optional<RunState> only = std::nullopt) {
    held_ = true;
    held_state_ = only;
  }
  void release() {
    held_ = false;
    released_.notify_all();
  }

  // What has been read of a run, or of what is due to be archived, is given to the reader only after
  // release_reads(), as with a large one.
  void hold_reads() { reads_held_ = true; }
  void release_reads() {
    reads_held_ = false;
    released_.notify_all();
  }

  // Nothing becomes durable any more, what is held back included.
  void cut_power() {
    refuses = [](const ports::Changes&) { return true; };
    power_ = false;
  }

  [[nodiscard]] int outstanding() const { return outstanding_; }  // without those held back
  [[nodiscard]] int held() const { return held_back_; }

  ports::AsyncResult<void> commit(ports::Changes changes) override;
  ports::AsyncResult<std::optional<Task>> task(TaskId id) override { return read_task(id); }
  ports::AsyncResult<ports::TaskPage> tasks(std::optional<std::int64_t> cursor, int page_size) override {
    return watch(store_->tasks(cursor, page_size));
  }
  ports::AsyncResult<std::optional<ports::StoredRun>> run(TaskId task, RunId id) override {
    return read_run(task, id);
  }
  ports::AsyncResult<std::vector<RunId>> runs(TaskId task, ports::RunFilter filter) override {
    return watch(store_->runs(task, filter));
  }
  ports::AsyncResult<std::optional<RunId>> first_run(TaskId task) override {
    return watch(store_->first_run(task));
  }
  ports::AsyncResult<std::optional<RunId>> next_run(TaskId task, Instant from) override {
    return watch(store_->next_run(task, from));
  }
  ports::AsyncResult<std::vector<StateChange>> history(RunId run) override {
    return watch(store_->history(run));
  }
  ports::AsyncResult<std::vector<Run>> unfinished_runs() override { return watch(store_->unfinished_runs()); }
  ports::AsyncResult<std::vector<Task>> planning_tasks() override { return watch(store_->planning_tasks()); }
  ports::AsyncResult<std::optional<Task>> task_of_run(RunId run) override {
    return watch(store_->task_of_run(run));
  }
  ports::AsyncResult<std::vector<Run>> open_runs(Instant now) override {
    return watch(store_->open_runs(now));
  }
  ports::AsyncResult<std::vector<Archiving>> archivings(RunId run) override {
    return watch(store_->archivings(run));
  }
  ports::AsyncResult<std::vector<ports::WaitingDestination>> waiting_destinations() override {
    return watch(store_->waiting_destinations());
  }
  ports::AsyncResult<ports::ArchivingPage> due_archivings(std::string destination, Instant now,
                                                          int count_max) override {
    return read_due_archivings(std::move(destination), now, count_max);
  }
  ports::AsyncResult<ports::ArchivingPage> expired_archivings(Instant now, int count_max) override {
    return watch(store_->expired_archivings(now, count_max));
  }
  ports::AsyncResult<ports::ArchivingCounts> archiving_counts(Instant now) override {
    return watch(store_->archiving_counts(now));
  }
  ports::AsyncResult<std::vector<ports::DestinationQueue>> destination_queues(int count_max) override {
    return watch(store_->destination_queues(count_max));
  }
  ports::AsyncResult<std::vector<ports::GivenUp>> given_up(std::string destination, ports::GivenUpPlace after,
                                                           int count_max) override {
    return watch(store_->given_up(std::move(destination), after, count_max));
  }
  ports::AsyncResult<std::vector<Destination>> destinations() override {
    return watch(store_->destinations());
  }
  ports::AsyncResult<std::vector<Errand>> errands() override { return watch(store_->errands()); }
  ports::AsyncResult<std::vector<KnownPeer>> known_peers() override { return watch(store_->known_peers()); }
  ports::AsyncResult<std::vector<Charge>> charges(std::string account, Instant after, Instant before,
                                                  int count_max) override {
    return watch(store_->charges(std::move(account), after, before, count_max));
  }
  ports::AsyncResult<Pause> pause() override { return watch(store_->pause()); }
  ports::AsyncResult<LastRuns> last_runs() override { return watch(store_->last_runs()); }
  ports::AsyncResult<std::vector<ports::OldRun>> old_runs(ports::OldRuns which, ports::RetentionPlace after,
                                                          int count_max) override {
    return watch(retention().old_runs(which, after, count_max));
  }
  ports::AsyncResult<std::vector<ports::OldTask>> old_tasks(ports::RetentionPlace after,
                                                            int count_max) override {
    return watch(retention().old_tasks(after, count_max));
  }
  ports::AsyncResult<std::int64_t> numbers_end() override { return watch(retention().numbers_end()); }
  ports::AsyncResult<std::int64_t> count_orphans(ports::NumberRange range) override {
    return watch(retention().count_orphans(range));
  }

  ports::AsyncResult<ports::SchedulePage> schedule_page(ports::ScheduleFilter filter,
                                                        std::optional<ports::SchedulePlace> after,
                                                        int page_size) override {
    return watch(view().schedule_page(filter, after, page_size));
  }
  ports::AsyncResult<ports::RunsAround> runs_around(Instant now, int count_max) override {
    return watch(view().runs_around(now, count_max));
  }
  ports::AsyncResult<std::int64_t> count_runs(RunState state, std::optional<Instant> from,
                                              std::optional<Instant> until) override {
    return watch(view().count_runs(state, from, until));
  }
  ports::AsyncResult<ports::Census> census() override { return watch(view().census()); }

 private:
  template <class T>
  ports::AsyncResult<T> watch(ports::AsyncResult<T> operation) {
    const Outstanding counted(outstanding_);
    auto answer = co_await std::move(operation);
    co_return answer;
  }

  ports::AsyncResult<std::optional<Task>> read_task(TaskId id);
  ports::AsyncResult<std::optional<ports::StoredRun>> read_run(TaskId task, RunId id);
  ports::AsyncResult<ports::ArchivingPage> read_due_archivings(std::string destination, Instant now,
                                                               int count_max);
  ports::AsyncResult<void> commit_when_released(ports::Changes changes);

  // The store also gives views of the schedule.
  ports::Retention& retention() { return dynamic_cast<ports::Retention&>(*store_); }
  ports::ScheduleView& view() { return dynamic_cast<ports::ScheduleView&>(*store_); }

  struct Outstanding {
    explicit Outstanding(int& counter) : count(counter) { ++count; }
    ~Outstanding() { --count; }
    Outstanding(const Outstanding&) = delete;
    int& count;
  };

  ports::asio::any_io_executor executor_;
  std::unique_ptr<ports::Store> store_;
  ports::Event released_;
  bool held_ = false;
  std::optional<RunState> held_state_;
  bool reads_held_ = false;
  bool power_ = true;
  int outstanding_ = 0;
  int held_back_ = 0;
};

}  // namespace pscheduler::test
