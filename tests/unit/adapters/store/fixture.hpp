#pragma once
// A store in a folder of its own, and things to put into it.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pscheduler/adapters/store/sqlite_store.hpp"

namespace pscheduler::adapters::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Ids that tell their number.
Uuid uuid_of(std::uint32_t number);
inline TaskId task_id(std::uint32_t number) {
  return TaskId(uuid_of(number));
}
inline RunId run_id(std::uint32_t number) {
  return RunId(uuid_of(number));
}

constexpr Instant at(std::int64_t seconds) {
  return Instant(std::chrono::seconds(1'800'000'000 + seconds));
}

Task plain_task(std::uint32_t number);
Run plain_run(std::uint32_t number, std::uint32_t task, TimeRange times, RunState state = RunState::pending);
ports::Changes new_task(std::uint32_t number, std::size_t document_bytes = 2);

// A folder that is removed in the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Runs the loop until the operation has ended.
template <class T>
T get(asio::io_context& loop, ports::Async<T> operation) {
  std::optional<T> answer;
  asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    answer = std::move(value);
  });
  loop.restart();
  loop.run();
  return std::move(answer.value());
}

class StoreTest : public testing::Test {
 protected:
  void open(const StoreOptions& options = {});  // throws when refused
  void close() { store_.reset(); }
  void reopen() {
    close();
    open();
  }

  template <class T>
  T get(ports::Async<T> operation) {
    return test::get(loop_, std::move(operation));
  }
  Result<void> commit(ports::Changes changes) { return get(store_->commit(std::move(changes))); }
  void must_commit(ports::Changes changes);  // throws when refused

  // Starts a commit; its outcome is added to `outcomes` when the loop runs.
  void start_commit(ports::Changes changes, std::vector<Result<void>>& outcomes);
  void run_loop() {
    loop_.restart();
    loop_.run();
  }

  // What can be done without waiting: every commit started before is in the store's queue, or refused.
  void poll_loop() {
    loop_.restart();
    loop_.poll();
  }

  [[nodiscard]] std::string integrity() const;

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "pscheduler.db";
  asio::io_context loop_;
  std::unique_ptr<SqliteStore> store_;
};

// Keeps the writer of the store waiting until released, as a person with the sqlite3 shell might.
class WriteBlock {
 public:
  explicit WriteBlock(const std::filesystem::path& file)
      : database_(file.string(), SQLite::OPEN_READWRITE), transaction_(begin()) {}
  void release() { transaction_.reset(); }

 private:
  std::unique_ptr<SQLite::Transaction> begin() {
    database_.setBusyTimeout(5000);
    return std::make_unique<SQLite::Transaction>(database_, SQLite::TransactionBehavior::IMMEDIATE);
  }
  SQLite::Database database_;
  std::unique_ptr<SQLite::Transaction> transaction_;
};

}  // namespace pscheduler::adapters::test
