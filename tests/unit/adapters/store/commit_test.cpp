// Commits: all or nothing each, together where they can, never lost by a caller that gives up.

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/system_error.hpp>

#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

struct Commit : StoreTest {
  void SetUp() override { open(); }
  bool has_task(std::uint32_t number) { return get(store_->task(task_id(number))).value().has_value(); }
};

TEST_F(Commit, IsSeenByEveryReadThatBeginsAfterItsAnswer) {
  for (std::uint32_t i = 1; i <= 50; ++i) {
    must_commit(new_task(i));
    EXPECT_TRUE(has_task(i));
    EXPECT_EQ(get(store_->tasks(std::nullopt, 100)).value().tasks.size(), i);
  }
}

struct RefusalCase {
  std::string name;
  Errc code;
  std::function<void(ports::Changes&)> offend;
};

const std::vector<RefusalCase> kRefusals = {
    {"task exists", Errc::conflict, [](auto& c) { c.new_tasks.push_back(plain_task(1)); }},
    {"run exists", Errc::conflict,
     [](auto& c) {
       c.new_runs.push_back(plain_run(2, 1, {at(0), at(1)}));
     }},
    {"run exists in another task", Errc::conflict,
     [](auto& c) {
       c.new_runs.push_back(plain_run(2, 9, {at(0), at(1)}));
     }},
    {"run of an unknown task", Errc::not_found,
     [](auto& c) {
       c.new_runs.push_back(plain_run(5, 77, {at(0), at(1)}));
     }},
    {"progress of an unknown task", Errc::not_found,
     [](auto& c) {
       c.task_progress.push_back({task_id(77), {}});
     }},
    {"change of an unknown run", Errc::not_found,
     [](auto& c) {
       c.changed_runs.push_back(plain_run(77, 1, {at(0), at(1)}));
     }},
    {"change of another task's run", Errc::not_found,
     [](auto& c) {
       c.changed_runs.push_back(plain_run(2, 9, {at(0), at(1)}));
     }},
    {"results of an unknown run", Errc::not_found,
     [](auto& c) {
       c.results.push_back({run_id(77), {}});
     }},
    {"history of an unknown run", Errc::not_found,
     [](auto& c) {
       c.history.push_back({run_id(77), at(0), {}, RunState::pending, "", ""});
     }},
};

TEST_F(Commit, RefusedChangesLeaveNothingBehind) {
  ports::Changes before;
  before.new_tasks = {plain_task(1)};
  before.new_runs = {plain_run(2, 1, {at(0), at(1)})};
  must_commit(before);
  for (const auto& row : kRefusals) {
    auto changes = new_task(9);  // would be fine by itself
    row.offend(changes);
    const auto outcome = commit(std::move(changes));
    ASSERT_FALSE(outcome) << row.name;
    EXPECT_EQ(outcome.error().code, row.code) << row.name << ": " << outcome.error().message;
    EXPECT_FALSE(has_task(9)) << row.name;
  }
}

TEST_F(Commit, ThoseThatWaitShareATransaction) {
  WriteBlock block(file_);
  std::vector<Result<void>> outcomes;
  for (std::uint32_t i = 0; i < 100; ++i) start_commit(new_task(i), outcomes);
  poll_loop();  // all are in the queue, the first perhaps with the writer
  EXPECT_TRUE(outcomes.empty());
  block.release();
  run_loop();
  ASSERT_EQ(outcomes.size(), 100u);
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome);
  EXPECT_EQ(store_->commits(), 100u);
  EXPECT_LE(store_->transactions(), 2u);
}

TEST_F(Commit, OneThatIsRefusedDoesNotHarmTheOthersOfItsTransaction) {
  must_commit(new_task(5));
  WriteBlock block(file_);
  std::vector<Result<void>> outcomes;
  for (std::uint32_t i = 1; i <= 10; ++i) start_commit(new_task(i), outcomes);
  poll_loop();
  block.release();
  run_loop();
  ASSERT_EQ(outcomes.size(), 10u);
  for (std::uint32_t i = 1; i <= 10; ++i) {
    EXPECT_EQ(outcomes[i - 1].has_value(), i != 5) << i;
    EXPECT_TRUE(has_task(i)) << i;
  }
  EXPECT_EQ(outcomes[4].error().code, Errc::conflict);
}

TEST_F(Commit, ACancelledWaitEndsAtOnceAndItsCommitGoesOn) {
  WriteBlock block(file_);
  asio::cancellation_signal cancel;
  std::exception_ptr ended;
  asio::co_spawn(loop_, store_->commit(new_task(1)),
                 asio::bind_cancellation_slot(
                     cancel.slot(), [&](std::exception_ptr error, Result<void>) { ended = error; }));
  poll_loop();
  EXPECT_FALSE(ended);
  cancel.emit(asio::cancellation_type::terminal);
  run_loop();  // returns although the writer is still held up
  ASSERT_TRUE(ended);
  try {
    std::rethrow_exception(ended);
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), asio::error::operation_aborted);
  }
  block.release();
  store_->stop();
  EXPECT_TRUE(has_task(1));
}

TEST_F(Commit, ACancelledListEndsAtOnce) {
  asio::cancellation_signal cancel;
  int ended = 0;
  asio::co_spawn(
      loop_, store_->unfinished_runs(),
      asio::bind_cancellation_slot(
          cancel.slot(), [&](std::exception_ptr, Result<std::vector<pscheduler::Run>>) { ++ended; }));
  loop_.poll_one();  // the question has been put
  cancel.emit(asio::cancellation_type::terminal);
  run_loop();
  EXPECT_EQ(ended, 1);
  EXPECT_TRUE(get(store_->unfinished_runs()).has_value());
}

TEST_F(Commit, StoppingMakesWhatWaitsAndRefusesTheRest) {
  std::vector<Result<void>> outcomes;
  for (std::uint32_t i = 0; i < 300; ++i) start_commit(new_task(i), outcomes);
  poll_loop();
  store_->stop();
  run_loop();
  ASSERT_EQ(outcomes.size(), 300u);
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome);
  EXPECT_EQ(commit(new_task(1000)).error().code, Errc::unavailable);
  EXPECT_EQ(get(store_->unfinished_runs()).error().code, Errc::unavailable);
  EXPECT_TRUE(has_task(299));
}

TEST_F(Commit, DestructionMakesWhatWaits) {
  std::vector<Result<void>> outcomes;
  for (std::uint32_t i = 0; i < 300; ++i) start_commit(new_task(i), outcomes);
  poll_loop();
  reopen();
  run_loop();
  EXPECT_EQ(outcomes.size(), 300u);
  EXPECT_TRUE(has_task(299));
}

struct BoundCase {
  std::string name;
  StoreOptions options;
};

TEST_F(Commit, AFullQueueRefusesAtOnceAndRecovers) {
  StoreOptions few;
  few.commits_waiting_max = 4;
  StoreOptions small;
  small.commit_bytes_waiting_max = 40'000;
  for (const auto& row : {BoundCase{"by number", few}, BoundCase{"by bytes", small}}) {
    close();
    file_ = folder_.path() / row.name;
    open(row.options);
    WriteBlock block(file_);
    std::vector<Result<void>> outcomes;
    for (std::uint32_t i = 0; i < 20; ++i) start_commit(new_task(i, 9000), outcomes);
    poll_loop();
    EXPECT_GE(outcomes.size(), 12u) << row.name;  // the writer took 4 at most, and 4 wait
    for (const auto& outcome : outcomes) {
      ASSERT_FALSE(outcome) << row.name;
      EXPECT_EQ(outcome.error().code, Errc::unavailable) << row.name;
      EXPECT_NE(outcome.error().message.find(row.name), std::string::npos) << outcome.error().message;
    }
    block.release();
    run_loop();
    EXPECT_EQ(outcomes.size(), 20u) << row.name;
    EXPECT_TRUE(commit(new_task(100, 100'000))) << row.name;  // alone it may be larger than the bound
  }
}

TEST_F(Commit, AReaderThatLingersDoesNotStopCommitsAndTheLogShrinksAfterwards) {
  must_commit(new_task(0));
  SQLite::Database shell(file_.string(), SQLite::OPEN_READWRITE);
  shell.exec("BEGIN");
  EXPECT_EQ(shell.execAndGet("SELECT count(*) FROM task").getInt(), 1);
  for (std::uint32_t i = 1; i <= 90; ++i) must_commit(new_task(i, 400'000));
  const auto log = file_.string() + "-wal";
  EXPECT_GT(std::filesystem::file_size(log), 32u << 20);
  shell.exec("COMMIT");
  for (std::uint32_t i = 91; i <= 93; ++i) must_commit(new_task(i));
  store_->stop();  // the checkpoint comes after the answer
  EXPECT_LE(std::filesystem::file_size(log), 8u << 20);
}

TEST_F(Commit, TheWriteAheadLogDoesNotGrowForEver) {
  for (std::uint32_t i = 0; i < 90; ++i) must_commit(new_task(i, 400'000));
  EXPECT_LT(std::filesystem::file_size(file_.string() + "-wal"), 16u << 20);
}

}  // namespace
}  // namespace pscheduler::adapters::test
