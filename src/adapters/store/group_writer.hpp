#pragma once
// The writer thread: commits that wait while a transaction is being synced share the next one.

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "adapters/store/bounded_queue.hpp"
#include "adapters/store/change_writer.hpp"
#include "adapters/store/hand_over.hpp"
#include "pscheduler/adapters/store/sqlite_store.hpp"

namespace pscheduler::adapters::store {

class GroupWriter {
 public:
  // Throws SQLite::Exception or std::system_error.
  GroupWriter(std::unique_ptr<SQLite::Database> database, std::string file, const StoreOptions& options);
  ~GroupWriter();  // stop()
  GroupWriter(const GroupWriter&) = delete;
  GroupWriter& operator=(const GroupWriter&) = delete;

  // `answer` is called from the writer thread after the commit, or at once when the queue is full or closed.
  // Without threads all of it happens at once.
  void submit(ports::Changes changes, Answer<void> answer);

  // Refuses further commits; returns when all that wait have been made.
  void stop();

  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }

 private:
  struct Request {
    ports::Changes changes;
    Answer<void> answer;
  };

  void work();
  void make(std::span<Request> group);
  void commit(std::span<Request> group);
  Result<void> transact(std::span<Request> group, std::span<Result<void>> outcomes);
  Result<void> apply_alone(const ports::Changes& changes);
  void roll_back() noexcept;
  void checkpoint() noexcept;

  const std::string file_;
  std::unique_ptr<SQLite::Database> database_;
  ChangeWriter changes_;
  SQLite::Statement begin_;
  SQLite::Statement end_;
  SQLite::Statement savepoint_;
  SQLite::Statement release_;
  SQLite::Statement undo_;
  int log_pages_ = 0;  // in the write-ahead log after the last commit
  int force_at_pages_ = 0;
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> transactions_ = 0;
  const bool in_line_;
  BoundedQueue<Request> queue_;
  std::thread thread_;
};

}  // namespace pscheduler::adapters::store
