// Every question is answered through an index, so that its cost does not grow with the number of rows that
// are not asked for.

#include <fmt/format.h>

#include "adapters/store/charge_statements.hpp"
#include "adapters/store/errand_statements.hpp"
#include "adapters/store/retention_statements.hpp"
#include "adapters/store/statements.hpp"
#include "unit/adapters/store/fixture.hpp"

namespace pscheduler::adapters::test {
namespace {

struct PlanCase {
  std::string name;
  std::string sql;
  std::string must_use;
};

const std::vector<PlanCase> kPlans = {
    {"task by id", store::kTaskById, "sqlite_autoindex_task_1 (uuid=?)"},
    {"page of tasks", store::kTaskPage, "INTEGER PRIMARY KEY (rowid>?)"},
    {"planning tasks", store::kPlanningTasks, "INDEX task_planning"},
    {"run by id", store::kRunById, "sqlite_autoindex_run_1 (uuid=?)"},
    {"runs of a task", store::kVisibleRuns, "INDEX run_of_task (task=? AND start_us>?)"},
    {"upcoming runs of a task", store::kUpcomingRuns, "INDEX run_upcoming (task=? AND end_us>?"},
    {"first or next run", store::kFirstRun, "INDEX run_of_task (task=? AND start_us>?)"},
    {"unfinished runs", store::kUnfinishedRuns, "INDEX run_unfinished"},
    {"history", store::kHistory, "INDEX state_change_of_run (run=?)"},
    {"last end", store::kLastEnd, "INDEX run_final_end"},
    {"last added", store::kLastAdded, "INDEX run_added"},
    {"change of a run", store::kChangeRun, "sqlite_autoindex_run_1 (uuid=?)"},
    {"removal of history", store::kRemoveHistory, "INDEX state_change_of_run (run=?)"},
    {"ended runs", store::kEndedRuns, "INDEX run_final_end (end_us>?"},
    {"unfinished runs by end", store::kUnfinishedRunsByEnd, "INDEX run_unfinished_end (end_us>?"},
    {"expiring runs", store::kExpiringRuns, "INDEX run_expires (expires_us>?"},
    {"tasks that are over", store::kOldTasks, "INDEX task_over (<expr>>?"},
    {"runs of a task that is over", store::kOldTasks, "COVERING INDEX run_of_task (task=?)"},
    {"removal of a task", store::kRemoveTask, "COVERING INDEX run_of_task (task=?)"},
    {"errands", store::kErrands, "INDEX errand_next_attempt"},
    {"change of an errand", store::kChangeErrand, "sqlite_autoindex_errand_1 (uuid=?)"},
    {"removal of an errand", store::kRemoveErrand, "sqlite_autoindex_errand_1 (uuid=?)"},
    {"charges of an account", store::kChargesOfAccount, "INDEX charge_of_account (account=? AND start_us>?"},
    {"charges of a run that begins", store::kKeepCharges, "INDEX charge_of_waiting_run (run=?)"},
    {"charges of a run that is over", store::kDropCharges, "INDEX charge_of_waiting_run (run=?)"},
    {"charges that are forgotten", store::kForgetCharges, "INDEX charge_forgotten (forgotten_us<?)"},
    {"numbers", store::kNumbersEnd, ""},
    {"orphaned task", "DELETE" + store::where_orphaned(store::kOrphanedRows[0]), "rowid>? AND rowid<?"},
    {"orphaned progress", "DELETE" + store::where_orphaned(store::kOrphanedRows[1]), "rowid>? AND rowid<?"},
    {"orphaned run", "DELETE" + store::where_orphaned(store::kOrphanedRows[2]), "rowid>? AND rowid<?"},
    {"orphaned results", "DELETE" + store::where_orphaned(store::kOrphanedRows[3]), "rowid>? AND rowid<?"},
    {"orphaned history", "DELETE" + store::where_orphaned(store::kOrphanedRows[4]),
     "INDEX state_change_of_run (run>? AND run<?)"},
    {"orphaned archiving", "DELETE" + store::where_orphaned(store::kOrphanedRows[5]),
     "sqlite_autoindex_archiving_1 (run>? AND run<?)"},
};

// The only scans are of indexes that hold nothing but the rows asked for.
bool is_wanted_scan(const std::string& step) {
  return step.find("INDEX task_planning") != std::string::npos ||
         step.find("INDEX run_unfinished") != std::string::npos ||
         step.find("INDEX errand_next_attempt") != std::string::npos || step.find("SCAN CONSTANT ROW") == 0;
}

TEST_F(StoreTest, NoStatementLooksThroughATable) {
  open();
  SQLite::Database database(file_.string());
  for (const auto& row : kPlans) {
    SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + row.sql);
    std::string steps;
    while (plan.executeStep()) {
      const auto step = plan.getColumn(3).getString();
      steps += step + "\n";
      EXPECT_TRUE(!step.starts_with("SCAN") || is_wanted_scan(step)) << row.name << ": " << step;
      // Upcoming runs are few: those are sorted after an index has picked them.
      const bool sorts = step.find("TEMP B-TREE") != std::string::npos;
      EXPECT_TRUE(!sorts || row.name == "upcoming runs of a task") << row.name << ": " << step;
    }
    EXPECT_NE(steps.find(row.must_use), std::string::npos) << row.name << ":\n" << steps;
  }
}

}  // namespace
}  // namespace pscheduler::adapters::test
