#include "adapters/store/archiving_queries.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "adapters/store/archiving_statements.hpp"
#include "adapters/store/columns.hpp"

namespace pscheduler::adapters::store {
namespace {

void add_all(SQLite::Statement& statement, std::vector<Archiving>& into) {
  for (auto& archiving : read_all(statement, read_archiving)) into.push_back(std::move(archiving));
}

void note_earliest(SQLite::Statement& statement, std::optional<Instant>& earliest) {
  statement.executeStep();
  const auto at = Row(statement).optional_instant();
  if (at && (!earliest || *at < *earliest)) earliest = at;
}

}  // namespace

ArchivingQueries::ArchivingQueries(SQLite::Database& database)
    : of_run_(database, kArchivingsOfRun),
      next_destination_(database, kNextOpenDestination),
      due_(database, kDueArchivings),
      next_attempt_(database, kNextAttempt),
      expired_(database, kExpiredArchivings),
      next_expiry_(database, kNextExpiry),
      counts_(database, kCountArchivings) {}

std::vector<Archiving> ArchivingQueries::of_run(RunId run) {
  const Rearm rearm(of_run_);
  Parameters(of_run_).uuid(run.uuid());
  return read_all(of_run_, read_archiving);
}

ports::ArchivingAgenda ArchivingQueries::agenda(Instant now, int per_destination) {
  ports::ArchivingAgenda agenda;
  std::string destination;  // before all others
  for (;;) {
    {
      const Rearm rearm(next_destination_);
      Parameters(next_destination_).text(destination);
      if (!next_destination_.executeStep()) break;
      auto next = Row(next_destination_).text();
      destination.swap(next);
    }
    const Rearm rearm_due(due_);
    Parameters(due_).text(destination).instant(now).integer(std::int64_t{per_destination});
    add_all(due_, agenda.due);
    const Rearm rearm_next(next_attempt_);
    Parameters(next_attempt_).text(destination).instant(now);
    note_earliest(next_attempt_, agenda.next);
  }
  // The names of destinations say nothing, so nothing is to depend on their order.
  std::ranges::sort(agenda.due, {}, [](const Archiving& archiving) {
    return std::tuple(archiving.next_attempt, archiving.run, archiving.index);
  });
  const Rearm rearm_expired(expired_);
  Parameters(expired_).instant(now).integer(std::int64_t{per_destination});
  add_all(expired_, agenda.due);
  const Rearm rearm_expiry(next_expiry_);
  Parameters(next_expiry_).instant(now);
  note_earliest(next_expiry_, agenda.next);
  return agenda;
}

ports::ArchivingCounts ArchivingQueries::counts(Instant now) {
  const Rearm rearm(counts_);
  Parameters(counts_).instant(now);
  counts_.executeStep();
  Row row(counts_);
  ports::ArchivingCounts counts;
  counts.due = row.integer();
  counts.later = row.integer();
  return counts;
}

}  // namespace pscheduler::adapters::store
