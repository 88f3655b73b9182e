#include "adapters/store/archiving_queries.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "adapters/store/archiving_statements.hpp"
#include "adapters/store/columns.hpp"

namespace pscheduler::adapters::store {
namespace {

// The instant in the only row.
std::optional<Instant> read_instant(SQLite::Statement& statement) {
  statement.executeStep();
  return Row(statement).optional_instant();
}

}  // namespace

ArchivingQueries::ArchivingQueries(SQLite::Database& database)
    : of_run_(database, kArchivingsOfRun),
      next_destination_(database, kNextDestination),
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

std::vector<ports::WaitingDestination> ArchivingQueries::waiting() {
  using Numbered = std::pair<std::int64_t, ports::WaitingDestination>;
  std::vector<Numbered> found;
  for (std::string last;;) {  // before all others
    const Rearm rearm(next_destination_);
    Parameters(next_destination_).text(last);
    if (!next_destination_.executeStep()) break;
    Row row(next_destination_);
    ports::WaitingDestination next{row.text(), row.text(), row.instant()};
    last = next.destination;
    found.emplace_back(row.integer(), std::move(next));
  }
  std::ranges::sort(found, {},
                    [](const Numbered& each) { return std::pair(each.second.next_attempt, each.first); });
  std::vector<ports::WaitingDestination> waiting;
  for (auto& [number, destination] : found) waiting.push_back(std::move(destination));
  return waiting;
}

ports::ArchivingPage ArchivingQueries::due(const std::string& destination, Instant now, int count_max) {
  ports::ArchivingPage page;
  const Rearm rearm(due_);
  Parameters(due_).text(destination).instant(now).integer(std::int64_t{count_max});
  page.archivings = read_all(due_, read_archiving);
  const Rearm rearm_next(next_attempt_);
  Parameters(next_attempt_).text(destination).instant(now);
  page.next = read_instant(next_attempt_);
  return page;
}

ports::ArchivingPage ArchivingQueries::expired(Instant now, int count_max) {
  ports::ArchivingPage page;
  const Rearm rearm(expired_);
  Parameters(expired_).instant(now).integer(std::int64_t{count_max});
  page.archivings = read_all(expired_, read_archiving);
  const Rearm rearm_next(next_expiry_);
  Parameters(next_expiry_).instant(now);
  page.next = read_instant(next_expiry_);
  return page;
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
