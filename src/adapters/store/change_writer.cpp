#include "adapters/store/change_writer.hpp"

#include <SQLiteCpp/Column.h>
#include <fmt/format.h>

#include "adapters/store/archiving_statements.hpp"
#include "adapters/store/columns.hpp"
#include "adapters/store/statements.hpp"

namespace pscheduler::adapters::store {
namespace {

std::size_t bytes_of(const Task& task) {
  std::size_t bytes = sizeof(Task) + task.document.size() + task.limit_diags.size();
  for (const auto& word : task.cli) bytes += sizeof(word) + word.size();
  for (const auto& host : task.participants) bytes += sizeof(host) + host.size();
  return bytes;
}

std::size_t bytes_of(const Run& run) {
  return sizeof(Run) + run.errors.size() + run.limit_diags.size() + run.participant_data.size() +
         run.participant_data_full.size();
}

// Executes a statement that gives no rows; the number of rows it changed.
int execute(SQLite::Statement& statement) {
  const Rearm rearm(statement);
  return statement.exec();
}

}  // namespace

ChangeWriter::ChangeWriter(SQLite::Database& database)
    : database_(database),
      task_number_(database, kTaskNumber),
      run_number_(database, kRunNumber),
      insert_task_(database, kInsertTask),
      set_progress_(database, kSetProgress),
      insert_run_(database, kInsertRun),
      move_run_(database, kMoveRun),
      change_run_(database, kChangeRun),
      set_results_(database, kSetResults),
      insert_change_(database, kInsertChange),
      insert_archiving_(database, kInsertArchiving),
      change_archiving_(database, kChangeArchiving),
      set_pause_(database, kSetPause),
      remove_history_(database, kRemoveHistory),
      remove_results_(database, kRemoveResults),
      remove_archivings_(database, kRemoveArchivings),
      remove_run_(database, kRemoveRun),
      destinations_(database),
      errands_(database),
      peers_(database),
      charges_(database),
      removals_(database) {}

Result<void> ChangeWriter::apply(const ports::Changes& changes) {
  for (const auto& task : changes.new_tasks) PSCHEDULER_TRY(add(task));
  for (const auto& [id, progress] : changes.task_progress) PSCHEDULER_TRY(set(id, progress));
  for (const auto& run : changes.new_runs) PSCHEDULER_TRY(add(run));
  for (const auto& run : changes.changed_runs) PSCHEDULER_TRY(change(run));
  for (const auto& [id, results] : changes.results) PSCHEDULER_TRY(set(id, results));
  for (const auto& step : changes.history) PSCHEDULER_TRY(add(step));
  for (const auto& archiving : changes.new_archivings) PSCHEDULER_TRY(add(archiving));
  for (const auto& archiving : changes.changed_archivings) PSCHEDULER_TRY(change(archiving));
  for (const auto& archiving : changes.renewed_archivings) destinations_.renew(archiving);
  for (const auto& destination : changes.destinations) destinations_.set(destination);
  for (const auto& id : changes.forgotten_destinations) destinations_.forget(id);
  for (const auto& errand : changes.new_errands) PSCHEDULER_TRY(errands_.add(errand));
  for (const auto& errand : changes.changed_errands) PSCHEDULER_TRY(errands_.change(errand));
  for (const auto& id : changes.removed_errands) errands_.remove(id);
  peers_.keep(changes.known_peers);
  for (const auto& charge : changes.new_charges) charges_.add(charge);
  if (changes.pause) set(*changes.pause);
  for (const auto& id : changes.removed_runs) remove(id);
  for (const auto& id : changes.removed_tasks) remove(id);
  if (changes.removed_orphans) removals_.remove_orphans(*changes.removed_orphans);
  return {};
}

std::optional<std::int64_t> ChangeWriter::number(SQLite::Statement& lookup, const Uuid& uuid) {
  const Rearm rearm(lookup);
  Parameters(lookup).uuid(uuid);
  if (!lookup.executeStep()) return std::nullopt;
  return Row(lookup).integer();
}

Result<std::int64_t> ChangeWriter::task_number(TaskId id) {
  const auto found = number(task_number_, id.uuid());
  if (!found) return fail(Errc::not_found, fmt::format("there is no task {}", id.to_string()));
  return *found;
}

Result<std::int64_t> ChangeWriter::run_number(RunId id) {
  const auto found = number(run_number_, id.uuid());
  if (!found) return fail(Errc::not_found, fmt::format("there is no run {}", id.to_string()));
  return *found;
}

Result<void> ChangeWriter::add(const Task& task) {
  Parameters parameters(insert_task_);
  bind_task(parameters, task);
  if (execute(insert_task_) == 0) {
    return fail(Errc::conflict, fmt::format("a task {} exists already", task.id.to_string()));
  }
  Parameters progress(set_progress_);
  bind_progress(progress, database_.getLastInsertRowid(), task.progress);
  execute(set_progress_);
  return {};
}

Result<void> ChangeWriter::set(TaskId id, const TaskProgress& progress) {
  const auto task = task_number(id);
  if (!task) return fail(task.error());
  Parameters parameters(set_progress_);
  bind_progress(parameters, *task, progress);
  execute(set_progress_);
  return {};
}

Result<void> ChangeWriter::add(const Run& run) {
  const auto task = task_number(run.task);
  if (!task) return fail(task.error());
  Parameters parameters(insert_run_);
  bind_run(parameters, *task, run);
  if (execute(insert_run_) == 0) {
    return fail(Errc::conflict, fmt::format("a run {} exists already", run.id.to_string()));
  }
  return {};
}

Result<void> ChangeWriter::change(const Run& run) {
  const auto task = task_number(run.task);
  if (!task) return fail(task.error());
  Parameters move(move_run_);
  bind_move(move, *task, run);
  if (execute(move_run_) > 0) {
    settle_charges(run);
    return {};
  }
  Parameters parameters(change_run_);
  bind_run(parameters, *task, run);
  if (execute(change_run_) == 0) {
    return fail(Errc::not_found,
                fmt::format("there is no run {} of task {}", run.id.to_string(), run.task.to_string()));
  }
  settle_charges(run);
  return {};
}

void ChangeWriter::settle_charges(const Run& run) {
  if (run.state == RunState::running) charges_.run_has_begun(run.id);
  if (traits(run.state).final) charges_.run_is_over(run.id);
}

Result<void> ChangeWriter::set(RunId id, const RunResults& results) {
  const auto run = run_number(id);
  if (!run) return fail(run.error());
  Parameters parameters(set_results_);
  bind_results(parameters, *run, results);
  execute(set_results_);
  return {};
}

Result<void> ChangeWriter::add(const StateChange& change) {
  const auto run = run_number(change.run);
  if (!run) return fail(run.error());
  Parameters parameters(insert_change_);
  bind_change(parameters, *run, change);
  execute(insert_change_);
  return {};
}

Result<void> ChangeWriter::add(const Archiving& archiving) {
  const auto run = run_number(archiving.run);
  if (!run) return fail(run.error());
  Parameters parameters(insert_archiving_);
  bind_new_archiving(parameters, *run, archiving);
  execute(insert_archiving_);
  return {};
}

Result<void> ChangeWriter::change(const Archiving& archiving) {
  const auto run = run_number(archiving.run);
  if (!run) return fail(run.error());
  Parameters parameters(change_archiving_);
  bind_archiving(parameters, *run, archiving);
  if (execute(change_archiving_) == 0) {
    return fail(Errc::not_found,
                fmt::format("run {} has no archiving {}", archiving.run.to_string(), archiving.index));
  }
  return {};
}

void ChangeWriter::set(const Pause& pause) {
  Parameters(set_pause_).integer(pause.paused ? 1 : 0).instant(pause.until);
  execute(set_pause_);
}

void ChangeWriter::remove(RunId id) {
  const auto run = number(run_number_, id.uuid());
  if (!run) return;
  for (auto* statement : {&remove_history_, &remove_results_, &remove_archivings_, &remove_run_}) {
    Parameters(*statement).integer(*run);
    execute(*statement);
  }
  charges_.run_is_over(id);
}

void ChangeWriter::remove(TaskId id) {
  const auto task = number(task_number_, id.uuid());
  if (task) removals_.remove_task(*task);
}

std::size_t bytes_of(const ports::Changes& changes) {
  std::size_t bytes = sizeof(changes) + changes.task_progress.size() * sizeof(changes.task_progress[0]) +
                      changes.removed_runs.size() * sizeof(RunId) +
                      changes.removed_tasks.size() * sizeof(TaskId) +
                      changes.removed_errands.size() * sizeof(ErrandId);
  for (const auto& task : changes.new_tasks) bytes += bytes_of(task);
  for (const auto& run : changes.new_runs) bytes += bytes_of(run);
  for (const auto& run : changes.changed_runs) bytes += bytes_of(run);
  for (const auto& [id, results] : changes.results) bytes += sizeof(results) + bytes_of(results);
  for (const auto* archivings : {&changes.new_archivings, &changes.changed_archivings}) {
    for (const auto& archiving : *archivings) {
      bytes += sizeof(archiving) + archiving.spec.size() + archiving.diags.size();
    }
  }
  for (const auto* errands : {&changes.new_errands, &changes.changed_errands}) {
    for (const auto& errand : *errands) bytes += bytes_of(errand);
  }
  bytes += changes.renewed_archivings.size() * sizeof(Archiving);
  for (const auto& destination : changes.destinations) bytes += bytes_of(destination);
  bytes += bytes_of(changes.known_peers);
  for (const auto& charge : changes.new_charges) bytes += sizeof(charge) + charge.account.size();
  for (const auto& step : changes.history) bytes += sizeof(step) + step.reason.size() + step.actor.size();
  return bytes;
}

}  // namespace pscheduler::adapters::store
