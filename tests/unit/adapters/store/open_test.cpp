// Opening: what is refused, with which sentence; and how the schema grows.

#include <fstream>

#include "adapters/store/migrations.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

using store::Migration;

struct Open : StoreTest {
  Error refused() {
    auto opened = SqliteStore::open(file_, {});
    if (opened) {
      ADD_FAILURE() << "was opened";
      return {};
    }
    EXPECT_NE(opened.error().message.find(file_.string()), std::string::npos) << opened.error().message;
    return opened.error();
  }
  void write(const std::string& bytes) { std::ofstream(file_, std::ios::binary) << bytes; }
};

std::string schema_of(const std::filesystem::path& file) {
  SQLite::Database database(file.string());
  SQLite::Statement rows(database, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name");
  std::string schema;
  while (rows.executeStep()) schema += rows.getColumn(0).getString() + "\n";
  return schema;
}

TEST_F(Open, RefusesASecondStoreOnTheSameFileAndSaysWhoHasIt) {
  open();
  const auto error = refused();
  EXPECT_EQ(error.code, Errc::unavailable);
  EXPECT_NE(error.message.find("in use by process " + std::to_string(::getpid())), std::string::npos)
      << error.message;
  close();
  open();
}

TEST_F(Open, RefusesAFolderThatDoesNotExist) {
  file_ = folder_.path() / "none" / "pscheduler.db";
  EXPECT_EQ(refused().code, Errc::unavailable);
}

TEST_F(Open, RefusesWhatIsNoDatabaseAndLeavesItAlone) {
  const std::string text(10'000, 'x');
  write(text);
  EXPECT_EQ(refused().code, Errc::not_possible);
  EXPECT_EQ(std::filesystem::file_size(file_), text.size());
}

TEST_F(Open, RefusesADamagedDatabase) {
  open();
  must_commit(new_task(1));
  close();
  {
    std::fstream damage(file_, std::ios::binary | std::ios::in | std::ios::out);
    damage.seekp(100);  // the first page after the file header: the schema
    damage << std::string(3000, '\xee');
  }
  EXPECT_EQ(refused().code, Errc::not_possible);
}

TEST_F(Open, DamageFoundLaterIsToldAndLeavesTheRestUsable) {
  open();
  must_commit(new_task(1));
  close();
  const auto page = [this] {
    SQLite::Database database(file_.string());
    return database.execAndGet("SELECT rootpage FROM sqlite_schema WHERE name = 'run'").getInt();
  }();
  {
    std::fstream damage(file_, std::ios::binary | std::ios::in | std::ios::out);
    damage.seekp((page - 1) * 4096);
    damage << std::string(4096, '\xee');
  }
  open();
  ports::Changes changes;
  changes.new_runs = {plain_run(2, 1, {at(0), at(1)})};
  const auto outcome = commit(std::move(changes));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, Errc::not_possible);
  EXPECT_NE(outcome.error().message.find(file_.string() + " is damaged"), std::string::npos);
  must_commit(new_task(3));
  EXPECT_TRUE(get(store_->task(task_id(1))).value().has_value());
}

TEST_F(Open, RefusesADatabaseOfAnotherProgram) {
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE theirs(a)");
  const auto error = refused();
  EXPECT_EQ(error.code, Errc::not_possible);
  EXPECT_NE(error.message.find("another program"), std::string::npos) << error.message;
}

TEST_F(Open, RefusesADatabaseOfANewerVersion) {
  open();
  close();
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  const auto error = refused();
  EXPECT_EQ(error.code, Errc::not_possible);
  EXPECT_NE(error.message.find("newer version (schema 99"), std::string::npos) << error.message;
}

struct Lack {
  const char* done;
  const char* said;
};

TEST_F(Open, RefusesADatabaseThatLacksSomethingAndNamesIt) {
  open();
  close();
  const auto whole = folder_.path() / "whole";
  std::filesystem::copy_file(file_, whole);
  for (const auto& [done, said] :
       {Lack{"DROP TABLE archiving", "lacks the table archiving"},
        Lack{"DROP INDEX run_open", "lacks the index run_open"},
        Lack{"ALTER TABLE task DROP COLUMN slip_us", "lacks the column slip_us of the table task"},
        Lack{"PRAGMA user_version = 0", "no valid number of its schema (0)"},
        Lack{"PRAGMA user_version = -1", "no valid number of its schema (-1)"}}) {
    std::filesystem::copy_file(whole, file_, std::filesystem::copy_options::overwrite_existing);
    SQLite::Database(file_.string(), SQLite::OPEN_READWRITE).exec(done);
    const auto error = refused();
    EXPECT_EQ(error.code, Errc::not_possible) << done;
    EXPECT_NE(error.message.find(said), std::string::npos) << error.message;
    EXPECT_NE(error.message.find("restore a backup or move it away"), std::string::npos) << error.message;
  }
}

TEST_F(Open, TakesADatabaseThatSomebodyHasAddedTo) {
  open();
  close();
  SQLite::Database(file_.string(), SQLite::OPEN_READWRITE).exec("CREATE INDEX mine ON task(tool)");
  open();
  must_commit(new_task(1));
}

TEST_F(Open, AcceptsAnEmptyFileAndOddNames) {
  for (const auto* name : {"empty", "file:x?mode=ro", "sp ace ü"}) {
    file_ = folder_.path() / name;
    write("");
    open();
    must_commit(new_task(1));
    close();
    EXPECT_TRUE(std::filesystem::file_size(file_) > 0) << name;
  }
}

TEST_F(Open, WritesDurablyUnlessToldOtherwise) {
  StoreOptions relaxed;
  relaxed.synchronous = Synchronous::normal;
  open(relaxed);
  must_commit(new_task(1));
  reopen();
  EXPECT_TRUE(get(store_->task(task_id(1))).value().has_value());
}

TEST_F(Open, BringsEveryEarlierSchemaToTheSameAsANewOne) {
  open();
  close();
  const auto fresh = schema_of(file_);
  const auto steps = store::migrations();
  for (std::size_t known = 0; known < steps.size(); ++known) {
    file_ = folder_.path() / ("from" + std::to_string(known));
    {
      SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      store::migrate(database, steps.first(known));
    }
    open();
    must_commit(new_task(1));
    close();
    EXPECT_EQ(schema_of(file_), fresh) << known;
    EXPECT_EQ(integrity(), "ok");
  }
}

TEST_F(Open, MigrationsAreNumberedWithoutGaps) {
  int expected = 1;
  for (const auto& step : store::migrations()) EXPECT_EQ(step.version, expected++);
}

TEST_F(Open, AMigrationThatFailsChangesNothingAndThoseBeforeItStay) {
  SQLite::Database database(file_.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  const std::vector<Migration> broken = {{1, "CREATE TABLE one(a)"}, {2, "CREATE TABLE two(a); nonsense"}};
  EXPECT_THROW(store::migrate(database, broken), SQLite::Exception);
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 1);
  EXPECT_TRUE(database.tableExists("one"));
  EXPECT_FALSE(database.tableExists("two"));
  const std::vector<Migration> mended = {{1, "nonsense: is not taken again"}, {2, "CREATE TABLE two(a)"}};
  store::migrate(database, mended);
  EXPECT_TRUE(database.tableExists("two"));
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);
}

}  // namespace
}  // namespace pscheduler::adapters::test
