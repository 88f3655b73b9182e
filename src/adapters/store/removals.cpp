#include "adapters/store/removals.hpp"

#include "adapters/store/columns.hpp"
#include "adapters/store/retention_statements.hpp"

namespace pscheduler::adapters::store {

Removals::Removals(SQLite::Database& database)
    : database_(database), remove_task_(database, kRemoveTask), remove_progress_(database, kRemoveProgress) {}

void Removals::remove_task(std::int64_t number) {
  const Rearm rearm(remove_task_);
  Parameters(remove_task_).integer(number);
  if (remove_task_.exec() == 0) return;
  const Rearm rearm_progress(remove_progress_);
  Parameters(remove_progress_).integer(number);
  remove_progress_.exec();
}

void Removals::remove_orphans(ports::NumberRange range) {
  for (const auto& rows : kOrphanedRows) {
    SQLite::Statement statement(database_, "DELETE" + where_orphaned(rows));
    Parameters(statement).integer(range.from).integer(range.below);
    statement.exec();
  }
}

}  // namespace pscheduler::adapters::store
