#pragma once
// The store as its ports describe it, in memory and as plainly as it can be written: what the real one is
// held against, and what simulations of long times keep their node's things in. Nothing outlives it.

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pscheduler/ports/retention.hpp"
#include "pscheduler/ports/schedule_view.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::test {

class MemoryStore final : public ports::Store, public ports::ScheduleView, public ports::Retention {
 public:
  ports::AsyncResult<void> commit(ports::Changes changes) override;

  ports::AsyncResult<std::optional<Task>> task(TaskId id) override;
  ports::AsyncResult<ports::TaskPage> tasks(std::optional<std::int64_t> cursor, int page_size) override;
  ports::AsyncResult<std::optional<ports::StoredRun>> run(TaskId task, RunId id) override;
  ports::AsyncResult<std::vector<RunId>> runs(TaskId task, ports::RunFilter filter) override;
  ports::AsyncResult<std::optional<RunId>> first_run(TaskId task) override;
  ports::AsyncResult<std::optional<RunId>> next_run(TaskId task, Instant from) override;
  ports::AsyncResult<std::vector<StateChange>> history(RunId run) override;
  ports::AsyncResult<std::vector<Run>> unfinished_runs() override;
  ports::AsyncResult<std::vector<Task>> planning_tasks() override;
  ports::AsyncResult<std::optional<Task>> task_of_run(RunId run) override;
  ports::AsyncResult<std::vector<Run>> open_runs(Instant now) override;
  ports::AsyncResult<std::vector<Archiving>> archivings(RunId run) override;
  ports::AsyncResult<std::vector<ports::WaitingDestination>> waiting_destinations() override;
  ports::AsyncResult<ports::ArchivingPage> due_archivings(std::string destination, Instant now,
                                                          int count_max) override;
  ports::AsyncResult<ports::ArchivingPage> expired_archivings(Instant now, int count_max) override;
  ports::AsyncResult<ports::ArchivingCounts> archiving_counts(Instant now) override;
  ports::AsyncResult<std::vector<ports::DestinationQueue>> destination_queues(int count_max) override;
  ports::AsyncResult<std::vector<ports::GivenUp>> given_up(std::string destination, ports::GivenUpPlace after,
                                                           int count_max) override;
  ports::AsyncResult<std::vector<Destination>> destinations() override;
  ports::AsyncResult<std::vector<Errand>> errands() override;
  ports::AsyncResult<std::vector<KnownPeer>> known_peers() override;
  ports::AsyncResult<std::vector<Charge>> charges(std::string account, Instant after, Instant before,
                                                  int count_max) override;
  ports::AsyncResult<Pause> pause() override;
  ports::AsyncResult<LastRuns> last_runs() override;

  ports::AsyncResult<ports::SchedulePage> schedule_page(ports::ScheduleFilter filter,
                                                        std::optional<ports::SchedulePlace> after,
                                                        int page_size) override;
  ports::AsyncResult<ports::RunsAround> runs_around(Instant now, int count_max) override;
  ports::AsyncResult<std::int64_t> count_runs(RunState state, std::optional<Instant> from,
                                              std::optional<Instant> until) override;
  ports::AsyncResult<ports::Census> census() override;

  ports::AsyncResult<std::vector<ports::OldRun>> old_runs(ports::OldRuns which, ports::RetentionPlace after,
                                                          int count_max) override;
  ports::AsyncResult<std::vector<ports::OldTask>> old_tasks(ports::RetentionPlace after,
                                                            int count_max) override;
  ports::AsyncResult<std::int64_t> numbers_end() override;
  ports::AsyncResult<std::int64_t> count_orphans(ports::NumberRange range) override;

 private:
  struct RunRow {
    Run run;
    RunResults results;
    std::vector<StateChange> history;
    std::vector<Archiving> archivings;
  };
  using Number = std::int64_t;
  struct ChargeRow {
    Charge charge;
    bool has_run = false;
  };
  using Places = std::set<std::pair<Instant, Number>>;

  // Whether all of it can be done; nothing has been changed before that is known.
  [[nodiscard]] Result<void> check(const ports::Changes& changes) const;
  [[nodiscard]] Result<void> check_runs(const ports::Changes& changes) const;
  template <class Condition, class InstantOf>
  [[nodiscard]] ports::ArchivingPage open_archivings(Instant now, int count_max, Condition condition,
                                                     InstantOf instant) const;
  [[nodiscard]] Result<void> check_archivings(const ports::Changes& changes) const;
  [[nodiscard]] Result<void> check_errands(const ports::Changes& changes) const;
  void apply(ports::Changes& changes);
  void add(Run run);
  void change(Run run);
  void keep(const std::vector<KnownPeer>& peers);
  void add(const Charge& charge);
  void settle_charges(RunId run, RunState state);
  void remove(RunId id);
  void remove(TaskId id);

  [[nodiscard]] const Task* find(TaskId id) const;
  [[nodiscard]] const RunRow* find(RunId id) const;
  RunRow& row(RunId id) { return runs_.at(run_numbers_.at(id)); }

  // The lists of old runs that it stands in, by place.
  [[nodiscard]] std::optional<Instant> place_in(ports::OldRuns list, const Run& run) const;
  void enlist(Number number, const Run& run);
  void delist(Number number, const Run& run);

  [[nodiscard]] ports::ScheduledRun as_scheduled(const Run& run) const;
  template <class Condition>
  [[nodiscard]] std::vector<ports::ScheduledRun> scheduled_where(Condition condition) const;

  std::map<Number, Task> tasks_;
  std::map<Number, RunRow> runs_;
  std::unordered_map<TaskId, Number> task_numbers_;
  std::unordered_map<RunId, Number> run_numbers_;
  std::array<Places, 3> old_runs_;  // by OldRuns
  std::map<std::string, Destination> destinations_;
  std::vector<Errand> errands_;  // in the order of their coming
  std::map<std::string, KnownPeer> known_peers_;
  std::vector<ChargeRow> charges_;  // in the order of their coming
  Pause pause_;
  std::uint64_t commits_ = 0;
};

}  // namespace pscheduler::test
