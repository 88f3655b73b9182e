#include "adapters/store/errand_rows.hpp"

#include <fmt/format.h>

#include "adapters/store/columns.hpp"
#include "adapters/store/errand_statements.hpp"

namespace pscheduler::adapters::store {
namespace {

int execute(SQLite::Statement& statement, const Errand& errand) {
  const Rearm rearm(statement);
  Parameters to(statement);
  to.text(errand.host).text(errand.bind_address).uuid(errand.task.uuid());
  to.uuid(errand.run ? std::optional<Uuid>(errand.run->uuid()) : std::nullopt);
  to.text(errand.key)
      .text(errand.tells)
      .instant(errand.added)
      .instant(errand.expires)
      .instant(errand.next_attempt);
  to.integer(std::int64_t{errand.attempts}).text(errand.problem).uuid(errand.id.uuid());
  return statement.exec();
}

Errand read(Row& from) {
  Errand errand;
  errand.id = ErrandId(from.uuid());
  errand.host = from.text();
  errand.bind_address = from.text();
  errand.task = TaskId(from.uuid());
  if (const auto run = from.optional_uuid()) errand.run = RunId(*run);
  errand.key = from.text();
  errand.tells = from.text();
  errand.added = from.instant();
  errand.expires = from.instant();
  errand.next_attempt = from.instant();
  errand.attempts = static_cast<int>(from.integer());
  errand.problem = from.text();
  return errand;
}

}  // namespace

ErrandWriter::ErrandWriter(SQLite::Database& database)
    : insert_(database, kInsertErrand), change_(database, kChangeErrand), remove_(database, kRemoveErrand) {}

Result<void> ErrandWriter::add(const Errand& errand) {
  if (execute(insert_, errand) != 0) return {};
  return fail(Errc::conflict, fmt::format("an errand {} exists already", errand.id.to_string()));
}

Result<void> ErrandWriter::change(const Errand& errand) {
  if (execute(change_, errand) != 0) return {};
  return fail(Errc::not_found, fmt::format("there is no errand {}", errand.id.to_string()));
}

void ErrandWriter::remove(ErrandId id) {
  const Rearm rearm(remove_);
  Parameters(remove_).uuid(id.uuid());
  remove_.exec();
}

ErrandQueries::ErrandQueries(SQLite::Database& database) : all_(database, kErrands) {}

std::vector<Errand> ErrandQueries::all() {
  const Rearm rearm(all_);
  std::vector<Errand> errands;
  while (all_.executeStep()) {
    Row row(all_);
    errands.push_back(read(row));
  }
  return errands;
}

std::size_t bytes_of(const Errand& errand) {
  return sizeof(errand) + errand.host.size() + errand.bind_address.size() + errand.key.size() +
         errand.tells.size() + errand.problem.size();
}

}  // namespace pscheduler::adapters::store
