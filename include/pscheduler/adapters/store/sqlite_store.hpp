#pragma once
// The store in one SQLite file (design, section 6).
//
// Threads: commits are made by one writer thread, which gives all that wait the same transaction; point reads
// run on the calling thread; lists and large results on one reader thread. Any thread may call. Answers
// arrive on the caller's executor, whose execution context must outlive the store. A commit goes on when its
// caller is cancelled.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "pscheduler/ports/retention.hpp"
#include "pscheduler/ports/schedule_view.hpp"
#include "pscheduler/ports/store.hpp"

namespace pscheduler::adapters {

enum class Synchronous {
  full,    // a commit survives power loss
  normal,  // a commit survives a crash of the program, the last ones not power loss; spares flash cards
};

// Who makes commits and lists. A simulation in one thread has them made where they are asked for, so that the
// order of all that happens depends on nothing else.
enum class StoreThreads { of_its_own, none };

struct StoreOptions {
  Synchronous synchronous = Synchronous::full;
  std::int64_t cache_bytes = 2 << 20;                // page cache of each of the three connections
  std::size_t commits_waiting_max = 8192;            // beyond it commit() answers unavailable
  std::size_t commit_bytes_waiting_max = 64u << 20;  // likewise; one commit alone may be larger
  StoreThreads threads = StoreThreads::of_its_own;
};

class SqliteStore final : public ports::Store, public ports::ScheduleView, public ports::Retention {
 public:
  // Opens or creates the database `file` (mode 0600) in an existing folder, brings its schema up to date and
  // locks it with FILE.lock against other processes. Fails with unavailable (in use, disk full, no
  // permission) or not_possible (damaged, of another program, or written by a newer version).
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file,
                                                   const StoreOptions& options);
  ~SqliteStore() override;  // stop(), then closes the file

  // Refuses further commits and lists with unavailable, and returns when those waiting have been answered.
  void stop();

  // Changing an unknown task or run, or adding to one, is not_found and refuses all of the Changes; removing
  // an unknown run is no error. A full queue or disk is unavailable.
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

  // Since the start: commits answered with success, and the transactions they shared.
  [[nodiscard]] std::uint64_t commits() const;
  [[nodiscard]] std::uint64_t transactions() const;

 private:
  struct Rooms;
  explicit SqliteStore(std::unique_ptr<Rooms> rooms);

  std::unique_ptr<Rooms> rooms_;
};

}  // namespace pscheduler::adapters
