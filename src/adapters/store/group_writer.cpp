#include "adapters/store/group_writer.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "adapters/store/columns.hpp"
#include "adapters/store/connection.hpp"
#include "adapters/store/failure.hpp"
#include "adapters/store/worker_thread.hpp"

namespace pscheduler::adapters::store {
namespace {

// Bounds how long the first of a group waits for the last.
constexpr std::size_t kGroupMax = 256;

// 4 MiB of log: few enough pages to look through for readers, enough to spare the database file syncs.
constexpr int kCheckpointPages = 1000;

// With each further 32 MiB readers have kept the log from starting over; then the writer waits for them to
// end, but not for long: one may be a person with the sqlite3 shell.
constexpr int kForcedCheckpointPages = 8 * kCheckpointPages;
constexpr int kForcedCheckpointMs = 200;

void execute(SQLite::Statement& statement) {
  const Rearm rearm(statement);
  statement.exec();
}

}  // namespace

GroupWriter::GroupWriter(std::unique_ptr<SQLite::Database> database, std::string file,
                         const StoreOptions& options)
    : file_(std::move(file)),
      database_(std::move(database)),
      changes_(*database_),
      begin_(*database_, "BEGIN IMMEDIATE"),
      end_(*database_, "COMMIT"),
      savepoint_(*database_, "SAVEPOINT change"),
      release_(*database_, "RELEASE change"),
      undo_(*database_, "ROLLBACK TO change"),
      in_line_(options.threads == StoreThreads::none),
      queue_(options.commits_waiting_max, options.commit_bytes_waiting_max) {
  // Replaces SQLite's own checkpoints, which would keep the answers of the commit waiting.
  sqlite3_wal_hook(
      database_->getHandle(),
      [](void* pages, sqlite3*, const char*, int count) {
        *static_cast<int*>(pages) = count;
        return SQLITE_OK;
      },
      &log_pages_);
  if (!in_line_) thread_ = start_worker("store-writer", [this] { work(); });
}

GroupWriter::~GroupWriter() {
  stop();
}

void GroupWriter::submit(ports::Changes changes, Answer<void> answer) {
  const auto bytes = bytes_of(changes);
  Request request{std::move(changes), std::move(answer)};
  switch (queue_.push(request, bytes)) {
    case Push::taken:
      if (in_line_) {
        auto group = queue_.take(kGroupMax);
        make(group);
      }
      return;
    case Push::full:
      request.answer(
          fail(Errc::unavailable,
               fmt::format("too much is waiting to be written to {}; try again in a moment", file_)));
      return;
    case Push::closed:
      request.answer(
          fail(Errc::unavailable, fmt::format("{} is being closed; try again after the restart", file_)));
      return;
  }
}

void GroupWriter::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void GroupWriter::work() {
  for (auto group = queue_.take(kGroupMax); !group.empty(); group = queue_.take(kGroupMax)) make(group);
}

void GroupWriter::make(std::span<Request> group) {
  commit(group);
  if (log_pages_ >= kCheckpointPages) checkpoint();
}

// When the transaction as a whole fails, each member gets one of its own: one that is too large for the room
// that is left does not take the others with it.
void GroupWriter::commit(std::span<Request> group) {
  std::vector<Result<void>> outcomes(group.size());
  if (auto shared = transact(group, outcomes); !shared) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      auto alone = group.size() == 1 ? std::move(shared)
                                     : transact(group.subspan(i, 1), std::span(outcomes).subspan(i, 1));
      if (!alone) outcomes[i] = std::move(alone);
    }
  }
  for (std::size_t i = 0; i < group.size(); ++i) {
    if (outcomes[i]) ++commits_;
    group[i].answer(std::move(outcomes[i]));
  }
}

// One transaction for all of the group. `outcomes` tells who was refused; they count when it succeeds. A
// group of one, by far the most frequent, needs no savepoint, for which SQLite would copy every page.
Result<void> GroupWriter::transact(std::span<Request> group, std::span<Result<void>> outcomes) {
  auto done = guarded(file_, [&] {
    execute(begin_);
    if (group.size() == 1) {
      outcomes[0] = changes_.apply(group[0].changes);
      if (!outcomes[0]) return roll_back();
    } else {
      for (std::size_t i = 0; i < group.size(); ++i) outcomes[i] = apply_alone(group[i].changes);
    }
    execute(end_);
  });
  if (done) {
    ++transactions_;
  } else {
    roll_back();
  }
  return done;
}

Result<void> GroupWriter::apply_alone(const ports::Changes& changes) {
  execute(savepoint_);
  auto applied = changes_.apply(changes);
  if (!applied) execute(undo_);
  execute(release_);
  return applied;
}

// SQLite may have rolled back by itself; what fails here is found by the next BEGIN.
void GroupWriter::roll_back() noexcept {
  if (sqlite3_get_autocommit(database_->getHandle()) == 0) database_->tryExec("ROLLBACK");
}

// One that cannot be made, for want of room or because of a reader, is tried again after the next commit.
void GroupWriter::checkpoint() noexcept {
  auto* const handle = database_->getHandle();
  if (log_pages_ < kForcedCheckpointPages) force_at_pages_ = kForcedCheckpointPages;
  if (log_pages_ < force_at_pages_) {
    sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return;
  }
  sqlite3_busy_timeout(handle, kForcedCheckpointMs);
  sqlite3_wal_checkpoint_v2(handle, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_timeout(handle, kWriterBusyMs);
  force_at_pages_ = log_pages_ + kForcedCheckpointPages;
}

}  // namespace pscheduler::adapters::store
