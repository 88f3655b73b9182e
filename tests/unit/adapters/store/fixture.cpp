#include "unit/adapters/store/fixture.hpp"

#include <cstdlib>
#include <stdexcept>

namespace pscheduler::adapters::test {

Uuid uuid_of(std::uint32_t number) {
  Uuid::Bytes bytes{};
  for (std::size_t i = 0; i < 4; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return Uuid(bytes);
}

Task plain_task(std::uint32_t number) {
  Task task;
  task.id = task_id(number);
  task.document = "{}";
  task.test_type = "idle";
  task.tool = "sleep";
  task.added = at(0);
  return task;
}

Run plain_run(std::uint32_t number, std::uint32_t task, TimeRange times, RunState state) {
  Run run;
  run.id = run_id(number);
  run.task = task_id(task);
  run.times = times;
  run.added = at(0);
  run.state = state;
  return run;
}

ports::Changes new_task(std::uint32_t number, std::size_t document_bytes) {
  ports::Changes changes;
  changes.new_tasks.push_back(plain_task(number));
  changes.new_tasks.back().document = std::string(document_bytes, 'x');
  return changes;
}

TemporaryFolder::TemporaryFolder() {
  auto name = (std::filesystem::temp_directory_path() / "store_test.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void StoreTest::open(const StoreOptions& options) {
  auto opened = SqliteStore::open(file_, options);
  if (!opened) throw std::runtime_error(opened.error().message + " " + opened.error().detail);
  store_ = std::move(*opened);
}

void StoreTest::must_commit(ports::Changes changes) {
  const auto outcome = commit(std::move(changes));
  if (!outcome) throw std::runtime_error(outcome.error().message + " " + outcome.error().detail);
}

void StoreTest::start_commit(ports::Changes changes, std::vector<Result<void>>& outcomes) {
  asio::co_spawn(loop_, store_->commit(std::move(changes)),
                 [&outcomes](std::exception_ptr error, Result<void> outcome) {
                   if (error) std::rethrow_exception(error);
                   outcomes.push_back(std::move(outcome));
                 });
}

std::string StoreTest::integrity() const {
  SQLite::Database database(file_.string(), SQLite::OPEN_READONLY);
  return database.execAndGet("PRAGMA integrity_check").getString();
}

}  // namespace pscheduler::adapters::test
